"""What is seen of one forward and backward pass.

Shapes: B batch, T positions, V vocabulary.
"""
from dataclasses import dataclass, field
from typing import Any

import numpy as np

__all__ = ["Seen", "Trace", "check_logits"]


@dataclass
class Seen:
    """One call of one module.

    name is canonical; path is the model's own word; call counts the calls of
    a module that runs several times.
    """

    name: str
    path: str
    call: int
    module: Any
    x: np.ndarray | None          # its first input, where that is of numbers
    y: np.ndarray
    dy: np.ndarray | None = None  # the gradient of y


@dataclass
class Trace:
    """Every call, in the order in which they ended, and all gradients."""
    calls: list[Seen] = field(default_factory=list)
    loss: float = float("nan")
    gradients: dict[str, np.ndarray] = field(default_factory=dict)


def check_logits(subject, ids, shape) -> None:
    """ValueError where the model returned no score for every token in ids (B, T)."""
    if shape is None or len(shape) != 3 or shape[:2] != tuple(ids.shape) or ids.max() >= shape[2]:
        raise ValueError(f"{subject.name}: expected logits (batch, positions, vocabulary) for ids "
                         f"{tuple(ids.shape)} up to {int(ids.max())}, got {shape}")
