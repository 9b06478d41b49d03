"""A model of ours as one GGUF file, for llama.cpp, Ollama and LM Studio."""
import json
import os
from pathlib import Path
from typing import Any

import numpy as np

from ..io.extras import library
from ..io.paths import expanded
from ..io.scratch import scratch_folder
from ..pretrained.tokenizer_files import write_tokenizer_files
from ..runs.run_folder import OpenedRun
from ..tokenizers.bpe import ByteLevelBPE
from ..tokenizers.byte_tokenizer import ByteTokenizer
from ..tokenizers.patterns import PATTERNS
from .gguf_names import ARCHITECTURES, gguf_tensors

__all__ = ["GGUF_TYPES", "export_gguf"]

GGUF_TYPES = ("f32", "f16", "q8_0")
# our names of the ways to cut a text into words -> llama.cpp's
CUTS = {"gpt2": "gpt-2", "llama3": "llama-bpe", "qwen": "qwen2"}
NORMAL, CONTROL, UNUSED = 1, 3, 5
TWO_ZEROS = "\u0100 \u0100"


def export_gguf(opened: OpenedRun, file: str, dtype: str = "f16") -> str:
    """Write the model and its tokenizer; says in a line what was written.

    dtype
        f32 is exact; f16 rounds to half precision; q8_0 keeps eight bits a weight, in blocks of
        32 with a scale each. Norms and biases are always f32.

    Raises
    ------
    ValueError
        The architecture, its settings or the tokenizer have no form in GGUF.
    FileExistsError
        There is such a file.
    OSError
        It cannot be written.
    """
    library("gguf", "gguf", "to write a GGUF file")
    target = expanded(file)
    if target.suffix != ".gguf":
        raise ValueError(f"expected the name of a file that ends in .gguf, got {file}")
    if target.exists():
        raise FileExistsError(f"{target} exists already; delete it, or choose another name")
    config = opened.config.model
    check_has_a_form(config)
    vocabulary = vocabulary_of(opened.tokenizer, config)
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_name(f".{os.getpid()}-{target.name}")
    try:
        write(draft, opened, vocabulary, dtype)
        os.replace(draft, target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    return f"{target}: {target.stat().st_size / 1e6:.1f} MB, {dtype}"


def check_has_a_form(config: Any) -> None:
    """ValueError where llama.cpp would compute something else."""
    if config.kind not in ARCHITECTURES:
        raise ValueError(f"a {config.kind} is not written as GGUF; these are: "
                         f"{', '.join(ARCHITECTURES)}")
    if config.kind == "gemma3" and (config.global_every != 6 or config.score_cap
                                    or config.logit_cap):
        raise ValueError("llama.cpp takes every sixth layer of a Gemma 3 as global, and no caps; "
                         f"this model has global_every={config.global_every}")
    if config.kind == "gemma3" and config.query_scale not in (0.0, config.head_dim):
        raise ValueError("llama.cpp divides a Gemma 3's scores by the root of head_dim; this "
                         f"model has query_scale={config.query_scale}")
    if config.kind == "gemma3" and config.local_rope_theta != 10000.0:
        raise ValueError("llama.cpp turns a Gemma 3's local layers by a theta of 10000; this "
                         f"model has local_rope_theta={config.local_rope_theta}")


def vocabulary_of(tokenizer: Any, config: Any) -> dict[str, Any]:
    """tokens, merges, types and the cut, by way of a tokenizer.json.

    Raises
    ------
    ValueError
        The tokenizer is none of byte pairs, or cuts texts in a way that llama.cpp does not know.
    """
    if isinstance(tokenizer, ByteTokenizer):
        cut: str | None = "gpt-2"                   # without merges the cut is no matter
    elif isinstance(tokenizer, ByteLevelBPE):
        cut = next((theirs for ours, theirs in CUTS.items()
                    if tokenizer.pattern in (ours, PATTERNS[ours])), None)
        if cut is None or tokenizer.normalization:
            raise ValueError("llama.cpp does not know the way in which this tokenizer cuts texts; "
                             f"it knows those of {', '.join(CUTS)}")
    else:
        raise ValueError(f"a {tokenizer.kind} tokenizer is not written as GGUF; byte pairs and "
                         "bytes are")
    with scratch_folder() as place:
        write_tokenizer_files(place, tokenizer, config.context_length)
        model = json.loads((place / "tokenizer.json").read_text("utf-8"))["model"]
    known = {token: text for text, token in model["vocab"].items()}
    special = {token: text for text, token in tokenizer.special_tokens.items()}
    tokens, types = [], []
    for token in range(config.vocab_size):
        tokens.append(special.get(token) or known.get(token) or f"[UNUSED{token}]")
        types.append(CONTROL if token in special else NORMAL if token in known else UNUSED)
    merges = [merge if isinstance(merge, str) else " ".join(merge) for merge in model["merges"]]
    # llama.cpp wants some: what two zero bytes become is no token, and is spelled by its bytes
    return {"cut": cut, "tokens": tokens, "types": types, "merges": merges or [TWO_ZEROS]}


def write(path: Path, opened: OpenedRun, vocabulary: dict[str, Any], dtype: str) -> None:
    import gguf

    config, tokenizer = opened.config.model, opened.tokenizer
    writer = gguf.GGUFWriter(path, ARCHITECTURES[config.kind])
    writer.add_name(opened.folder.name or config.kind)
    writer.add_file_type({"f32": gguf.LlamaFileType.ALL_F32,
                          "f16": gguf.LlamaFileType.MOSTLY_F16,
                          "q8_0": gguf.LlamaFileType.MOSTLY_Q8_0}[dtype])
    add_shape(writer, config)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre(vocabulary["cut"])
    writer.add_token_list(vocabulary["tokens"])
    writer.add_token_types(vocabulary["types"])
    writer.add_token_merges(vocabulary["merges"])
    if tokenizer.end_of_text is not None:
        writer.add_eos_token_id(tokenizer.end_of_text)
    if (first := tokenizer.beginning_of_text) is not None:
        writer.add_bos_token_id(first)
    writer.add_add_bos_token(tokenizer.beginning_of_text is not None)
    if state := opened.task.get("chat_template"):
        writer.add_chat_template(state["source"])
    for name, array in gguf_tensors(config, opened.parameters):
        packed, kind = packed_as(array, dtype, gguf)
        writer.add_tensor(name, packed, raw_dtype=kind)
    if config.kind == "llama" and config.rope_factor != 1:
        writer.add_tensor("rope_freqs.weight", slowed(config))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def add_shape(writer: Any, config: Any) -> None:
    """The numbers of the architecture."""
    writer.add_context_length(config.context_length)
    writer.add_embedding_length(config.d_model)
    writer.add_block_count(config.n_layers)
    writer.add_head_count(config.n_heads)
    writer.add_vocab_size(config.vocab_size)
    if config.kind == "gpt2":
        writer.add_feed_forward_length(4 * config.d_model)
        writer.add_layer_norm_eps(1e-5)
        return
    writer.add_feed_forward_length(config.d_hidden)
    writer.add_head_count_kv(config.n_kv_heads)
    writer.add_key_length(config.head_dim)
    writer.add_value_length(config.head_dim)
    writer.add_rope_dimension_count(config.head_dim)
    writer.add_rope_freq_base(config.rope_theta)
    writer.add_layer_norm_rms_eps(config.norm_eps)
    if config.kind == "gemma3":
        writer.add_sliding_window(config.window_size)
    if config.kind == "qwen3_moe":
        writer.add_expert_count(config.n_experts)
        writer.add_expert_used_count(config.n_active)
        writer.add_expert_feed_forward_length(config.d_hidden)


def packed_as(array: np.ndarray, dtype: str, gguf: Any) -> tuple[np.ndarray, Any]:
    """Matrices as asked for; vectors stay f32, and what is no whole number of blocks f16."""
    kinds = gguf.GGMLQuantizationType
    if array.ndim < 2 or dtype == "f32" or np.abs(array).max() > np.finfo(np.float16).max:
        return array, kinds.F32         # what half precision would make infinite stays
    if dtype == "q8_0" and array.shape[-1] % 32 == 0:
        return gguf.quants.quantize(array, kinds.Q8_0), kinds.Q8_0
    return array.astype(np.float16), kinds.F16


def slowed(config: Any) -> np.ndarray:
    """By what each pair's angle is divided, (K/2,): Llama 3's scaling"""
    K = config.head_dim
    angles = config.rope_theta ** (-np.arange(0, K, 2, dtype=np.float64) / K)
    turns = config.rope_original_length * angles / (2 * np.pi)
    fast = ((turns - config.rope_low_factor)
            / (config.rope_high_factor - config.rope_low_factor)).clip(0, 1)
    return (1 / ((1 - fast) / config.rope_factor + fast)).astype(np.float32)

