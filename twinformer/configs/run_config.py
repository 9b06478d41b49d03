"""Everything that decides how a run goes, in one frozen object: RunConfig.

The command line, ``config.yaml`` and every checkpoint hold the same fields.
A config that cannot work is refused here, before any time is spent on it.
"""
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal

from ..architectures.kinds import config_of, small_model
from .checks import require
from .data_config import DataConfig
from .device_config import DeviceConfig
from .training_config import TrainingConfig

__all__ = ["RunConfig", "config_from_dict", "config_to_dict"]


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
        The architecture, of any kind in architectures/kinds.py; its
        vocab_size follows from the tokenizer.
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
    model: Any = field(default_factory=small_model)
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
    """The inverse of ``config_to_dict``. A model without a kind is a GPT-2:
    there was a time when all were.

    Raises
    ------
    ValueError
        On keys that this version does not know, and on invalid values.
    """
    parts = {"data": DataConfig, "training": TrainingConfig,
             "device": DeviceConfig}
    values = {name: build(parts[name], value, f"{name}.")
              if name in parts else value for name, value in content.items()}
    if "model" in values:
        values["model"] = config_of(values["model"])
    return build(RunConfig, values, "")


def build(kind, values: Mapping[str, Any], prefix: str):
    """kind(**values), with a readable error for unknown keys."""
    known = [entry.name for entry in fields(kind)]
    for name in values:
        require(name in known, f"unknown setting {prefix}{name}; it was "
                "probably written by another version of twinformer")
    return kind(**values)
