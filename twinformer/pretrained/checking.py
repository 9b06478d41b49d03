"""Are these the weights that the model needs? All that they can be instead.

What is wrong is said in the names that the file uses.
"""
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

from ..models.parameters import check_parameters

__all__ = ["check_fit", "check_kinds", "is_finite", "listed", "refuse_infinite"]


def check_fit(path, tensors: Mapping[str, Any], expected: Mapping[str, tuple[int, ...]],
              seems: str, in_file: Iterable[str]) -> None:
    """ValueError, with the names in the file, where it is of another model.

    expected : {tensor: shape}
    seems : what the file holds, as far as one can tell
    """
    try:
        check_parameters(expected, {name: tensor.shape for name, tensor in tensors.items()})
    except ValueError as problem:
        raise ValueError(f"{path}: {problem}; {seems}; its names are "
                         f"{listed(list(in_file))}") from None


def check_kinds(path, tensors: Mapping[str, Any]) -> None:
    """ValueError where weights are no real numbers."""
    other = [f"{name} ({tensor.dtype})"
             for name, tensor in tensors.items() if tensor.dtype.kind != "f"]
    if other:
        raise ValueError(f"{path}: expected floating-point weights, got {listed(other)}; "
                         "quantised files cannot be read")


def is_finite(array: np.ndarray) -> bool:
    """Whether there is neither NaN nor infinity; nothing is copied."""
    with np.errstate(invalid="ignore"):     # NaN passes through both of them
        return bool(np.isfinite([array.min(), array.max()]).all())


def refuse_infinite(path, bad: list[str]) -> None:
    """ValueError if there are any."""
    if bad:
        raise ValueError(f"{path}: NaN or infinity among the weights, in {listed(bad)}; the file "
                         "is damaged, or its training failed")


def listed(names: list[str]) -> str:
    more = f" and {len(names) - 8} more" if len(names) > 8 else ""
    return ", ".join(names[:8]) + more
