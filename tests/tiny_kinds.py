"""A model of each kind that is as small as it can be and still has all that the kind has: windows
shorter than the context, experts of which some are idle, fewer key/value heads."""
from dataclasses import fields
from pathlib import Path
from typing import Any

from twinformer.architectures.kinds import KINDS
from twinformer.configs.data_config import DataConfig
from twinformer.configs.run_config import RunConfig
from twinformer.configs.training_config import TrainingConfig

from .tiny_run import TEXT

__all__ = ["tiny_kind_run", "tiny_model"]

SIZES: dict[str, Any] = {
    "vocab_size": 257, "context_length": 64, "d_model": 16, "n_heads": 4, "n_kv_heads": 2,
    "head_dim": 6, "d_hidden": 20, "n_layers": 2, "dropout": 0.0, "window_size": 5,
    "global_every": 2, "n_experts": 3, "n_active": 2, "rope_theta": 1000.0}


def tiny_model(kind: str, **changes: Any) -> Any:
    """The config of a tiny model of that kind; what it has no field for is passed over."""
    config = KINDS[kind].config
    known = {field.name for field in fields(config)}
    sizes = KINDS[kind].small | SIZES | changes
    return config(**{name: value for name, value in sizes.items() if name in known})


def tiny_kind_run(kind: str, folder: Path, backend: str) -> RunConfig:
    """The config of four steps of it, named after the backend; a checkpoint after two."""
    corpus = folder / "text.txt"
    corpus.write_text(TEXT * 4, "utf-8")
    return RunConfig(
        name=backend, folder=str(folder), backend=backend, model=tiny_model(kind),
        data=DataConfig(corpus=[str(corpus)], tokenizer="bytes"),
        training=TrainingConfig(max_steps=4, batch_size=2, warmup_steps=1, eval_interval=2,
                                checkpoint_interval=2, eval_batches=1, sample_tokens=4))
