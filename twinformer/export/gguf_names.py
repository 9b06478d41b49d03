"""What our parameters are called in a GGUF file, and how they lie there.

    here                          GGUF
    blocks.0.attention.q.weight   blk.0.attn_q.weight

GGUF is the format of llama.cpp, Ollama and LM Studio. Weights are (out, in) there as here. Three
things differ: Gemma's norms are stored as 1 + offset; Llama's queries and keys in pairs of
neighbours, as Meta wrote them; and experts as one array.
"""
import re
from collections.abc import Iterator
from typing import Any

import numpy as np

__all__ = ["ARCHITECTURES", "gguf_tensors"]

# our kind -> llama.cpp's
ARCHITECTURES = {"gpt2": "gpt2", "llama": "llama", "qwen3": "qwen3", "qwen3_moe": "qwen3moe",
                 "gemma3": "gemma3"}

OUTER = {"token_embedding": "token_embd", "position_embedding": "position_embd",
         "final_norm": "output_norm", "head": "output"}
INNER = {"norm1": "attn_norm", "norm2": "ffn_norm", "attention.qkv": "attn_qkv",
         "attention.q": "attn_q", "attention.k": "attn_k", "attention.v": "attn_v",
         "attention.out": "attn_output", "attention.q_norm": "attn_q_norm",
         "attention.k_norm": "attn_k_norm", "post_norm1": "post_attention_norm",
         "post_norm2": "post_ffw_norm", "feed_forward.gate": "ffn_gate",
         "feed_forward.up": "ffn_up", "feed_forward.down": "ffn_down",
         "feed_forward.router": "ffn_gate_inp"}
EXPERT = re.compile(r"blocks\.(\d+)\.feed_forward\.experts\.(\d+)\.(gate|up|down)\.weight")


def gguf_tensors(config: Any, parameters: dict[str, np.ndarray],
                 ) -> Iterator[tuple[str, np.ndarray]]:
    """(name, float32 array) of everything in the file, one after the other."""
    for name in config.parameter_shapes():
        if found := EXPERT.fullmatch(name):
            block, expert, part = found[1], int(found[2]), found[3]
            if expert == 0:
                stacked = np.stack([
                    parameters[f"blocks.{block}.feed_forward.experts.{e}.{part}.weight"]
                    for e in range(config.n_experts)])
                yield f"blk.{block}.ffn_{part}_exps.weight", stacked.astype(np.float32)
            continue
        yield gguf_name(name), lying(config, name, np.asarray(parameters[name], np.float32))


def gguf_name(name: str) -> str:
    """blocks.0.norm1.weight -> blk.0.attn_norm.weight"""
    stem, _, kind = name.rpartition(".")
    kind = {"offset": "weight"}.get(kind, kind)
    if stem in OUTER:
        return f"{OUTER[stem]}.{kind}"
    _, block, inner = stem.split(".", 2)
    return f"blk.{block}.{INNER[inner]}.{kind}"


def lying(config: Any, name: str, array: np.ndarray) -> np.ndarray:
    if name.endswith(".offset"):
        return 1 + array
    turned = re.search(r"attention\.([qk])\.weight$", name)
    if config.kind == "llama" and turned and not config.rope_interleaved:
        return neighbours(array, config.n_heads if turned[1] == "q" else config.n_kv_heads)
    return array


def neighbours(weight: np.ndarray, heads: int) -> np.ndarray:
    """(heads K, D), pairs half a head apart -> the same, pairs side by side"""
    rows, width = weight.shape
    halves = weight.reshape(heads, 2, rows // heads // 2, width)
    return halves.swapaxes(1, 2).reshape(rows, width)
