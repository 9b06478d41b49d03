"""Everything that decides how a run goes, in one frozen object: RunConfig.

The command line, ``config.yaml`` and every checkpoint hold the same fields.
A config that cannot work is refused here, before any time is spent on it.
"""
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from ..models.config import GPT2Config
from .checks import require
from .data_config import DataConfig
from .device_config import DeviceConfig
from .training_config import TrainingConfig

__all__ = ["RunConfig", "config_from_dict", "config_to_dict", "small_model"]


def small_model() -> GPT2Config:
    """A GPT that two CPU cores train in minutes.

    So few tokens fit into minutes that the number of steps decides, and two
    layers with a short context learn soonest where to look.
    """
    return GPT2Config(vocab_size=2048, context_length=64, d_model=160,
                      n_heads=4, n_layers=2, dropout=0.0)


@dataclass(frozen=True, kw_only=True)
class RunConfig:
    """One training run.

    Attributes
    ----------
    name
        The run's folder inside ``folder`` ("" = the next free of run-1,
        run-2, ...).
    folder
        Where runs are kept.
    backend
        "torch" is the fast twin, "numpy" the reference; both learn from
        the same initial bits and the same batches.
    model
        The architecture; its vocab_size follows from the tokenizer.
    data
        What the model reads.
    training
        How the model learns.
    device
        How the twin uses the machine.
    """

    name: str = ""
    folder: str = "runs"
    backend: Literal["torch", "numpy"] = "torch"
    model: GPT2Config = field(default_factory=small_model)
    data: DataConfig = field(default_factory=DataConfig)
    training: TrainingConfig = field(default_factory=TrainingConfig)
    device: DeviceConfig = field(default_factory=DeviceConfig)

    def __post_init__(self):
        require(self.backend in ("torch", "numpy"), "backend must be torch "
                f"or numpy, got {self.backend!r}")
        bad = set(self.name) & set('/\\:*?"<>|') or self.name in (".", "..")
        require(not bad, f"name {self.name!r} cannot be a folder's name")


def config_to_dict(config: RunConfig) -> dict[str, Any]:
    """The config as plain JSON and YAML values."""
    return asdict(config)


def config_from_dict(content: Mapping[str, Any]) -> RunConfig:
    """The inverse of ``config_to_dict``.

    Raises
    ------
    ValueError
        On keys that this version does not know, and on invalid values.
    """
    parts = {"model": GPT2Config, "data": DataConfig,
             "training": TrainingConfig, "device": DeviceConfig}
    values = {name: build(parts[name], value, f"{name}.")
              if name in parts else value for name, value in content.items()}
    return build(RunConfig, values, "")


def build(kind, values: Mapping[str, Any], prefix: str):
    """kind(**values), with a readable error for unknown keys."""
    known = [entry.name for entry in fields(kind)]
    for name in values:
        require(name in known, f"unknown setting {prefix}{name}; it was "
                "probably written by another version of twinformer")
    return kind(**values)
