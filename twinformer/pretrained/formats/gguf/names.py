"""What our parameters are called in a GGUF file.

    here                          GGUF
    blocks.0.attention.q.weight   blk.0.attn_q.weight

GGUF is the format of llama.cpp, Ollama and LM Studio. Weights are (out, in) there as here.
"""
from collections.abc import Mapping

__all__ = ["ARCHITECTURES", "gguf_name"]

# our kind -> llama.cpp's; Olmo 3 is for it an Olmo 2 with windows
ARCHITECTURES = {"gpt2": "gpt2", "llama": "llama", "qwen3": "qwen3", "qwen3_moe": "qwen3moe",
                 "gemma3": "gemma3", "olmo3": "olmo2", "gpt_oss": "gpt-oss"}

OUTER = {"token_embedding": "token_embd", "position_embedding": "position_embd",
         "final_norm": "output_norm", "head": "output"}
INNER = {"norm1": "attn_norm", "norm2": "ffn_norm", "attention.qkv": "attn_qkv",
         "attention.q": "attn_q", "attention.k": "attn_k", "attention.v": "attn_v",
         "attention.out": "attn_output", "attention.q_norm": "attn_q_norm",
         "attention.k_norm": "attn_k_norm", "post_norm1": "post_attention_norm",
         "post_norm2": "post_ffw_norm", "feed_forward.gate": "ffn_gate",
         "feed_forward.up": "ffn_up", "feed_forward.down": "ffn_down",
         "feed_forward.router": "ffn_gate_inp"}


def gguf_name(name: str, inner: Mapping[str, str]) -> str:
    """blocks.0.norm1.weight -> blk.0.attn_norm.weight

    inner : what a kind calls differently inside a block
    """
    stem, _, leaf = name.rpartition(".")
    leaf = "bias" if leaf == "bias" else "weight"       # an offset is one, too
    if stem in OUTER:
        return f"{OUTER[stem]}.{leaf}"
    _, block, part = stem.split(".", 2)
    return f"blk.{block}.{inner.get(part) or INNER[part]}.{leaf}"
