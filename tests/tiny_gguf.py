"""Tiny models of all kinds for GGUF files: as wide as a block of Q8_0 wants them."""
from dataclasses import replace
from pathlib import Path
from typing import Any

from twinformer.backend import implementation
from twinformer.configs.run_config import RunConfig
from twinformer.runs.opened_run import OpenedRun
from twinformer.tokenizers.byte_tokenizer import ByteTokenizer

from .tiny_kinds import tiny_model

__all__ = ["GGUF_KINDS", "gguf_run"]

GGUF_KINDS = ["gpt2", "llama", "qwen3", "qwen3_moe", "gemma3", "olmo3", "gpt_oss"]


def gguf_run(kind: str, tokenizer: Any = None, task: dict[str, Any] | None = None,
             **changes: Any) -> OpenedRun:
    """An untrained model, opened; its matrices are large enough to have opinions."""
    sizes: dict[str, Any] = {"d_model": 64, "head_dim": 16, "n_heads": 4, "n_kv_heads": 2,
                             "d_hidden": 96}
    if kind == "gemma3":
        sizes |= {"global_every": 6, "n_layers": 6, "window_size": 8}
    if tokenizer is not None:
        sizes["vocab_size"] = tokenizer.vocab_size
    config = tiny_model(kind, **sizes | changes)
    model = implementation("numpy").new_model(config, 0)
    parameters = {name: 4 * array if array.ndim > 1 else array
                  for name, array in model.state_dict().items()}
    return OpenedRun(Path("run"), 1, replace(RunConfig(), model=config),
                     tokenizer or ByteTokenizer(), parameters, task=task or {})
