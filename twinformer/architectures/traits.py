"""What models of some kinds have and others have not, asked of a config."""
from dataclasses import fields, replace
from typing import Any

__all__ = ["balance_weight", "has_dropout", "lora_targets", "with_dropout"]


def balance_weight(config: Any) -> float:
    """How much the loss that keeps experts equally busy counts; 0 where there are none."""
    return getattr(config, "balance_weight", 0.0)


def lora_targets(config: Any) -> tuple[str, ...]:
    """Where LoRA usually goes: beside all Linears of the blocks; of a model with experts, which
    transformers keeps in one array that peft cannot put it beside, those of attention."""
    return ("attention.*",) if hasattr(config, "n_experts") else ("blocks.*",)


def has_dropout(config: Any) -> bool:
    """Whether models of the kind can leave activations out while training."""
    return "dropout" in [entry.name for entry in fields(config)]


def with_dropout(config: Any, rate: float) -> Any:
    """The config with that share of activations left out while training.

    Raises
    ------
    ValueError
        Where a share is asked for and models of the kind leave nothing out.
    """
    if has_dropout(config):
        return replace(config, dropout=rate)
    if rate:
        raise ValueError(f"a {config.kind} has no dropout: expected 0, got {rate} (what enters "
                         "LoRA's corrections can have some: lora.dropout)")
    return config
