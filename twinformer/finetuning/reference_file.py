"""reference.safetensors: what the reference model said about every answer.

It is asked once, before the first step. A run that is resumed reads the file,
for by then the base model may have been trained further, or be gone.
"""
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from ..io.files import write_atomically

__all__ = ["read_reference", "write_reference"]

NAME = "reference.safetensors"


def write_reference(folder: Path, reference: Mapping[str, np.ndarray]) -> None:
    """Write {split: log-probabilities (pairs, 2)} into a run's folder."""
    write_atomically(folder / NAME, save({
        name: np.ascontiguousarray(array)
        for name, array in reference.items()}))


def read_reference(folder: Path, sizes: Mapping[str, int]
                   ) -> dict[str, np.ndarray]:
    """Read them again.

    Parameters
    ----------
    sizes
        How many pairs each split has.

    Raises
    ------
    FileNotFoundError, ValueError
        The file is gone or damaged, or of other pairs.
    """
    path = folder / NAME
    if not path.exists():
        raise FileNotFoundError(
            f"there is no {NAME} in {folder}, with what the reference said "
            "about the answers; the run cannot go on without it")
    try:
        reference = load(path.read_bytes())
    except SafetensorError as problem:
        raise ValueError(f"{path} is damaged ({problem}); start a new run"
                         ) from None
    found = {name: a.shape for name, a in reference.items()}
    wanted = {name: (size, 2) for name, size in sizes.items()}
    if found != wanted:
        raise ValueError(f"{path} is of other pairs: it has {found}, "
                         f"expected {wanted}; start a new run for them")
    return reference
