"""Weights as torch.save wrote them (.bin, .pt, .pth): pickles.

A pickle is a program, and to load one is to run it. torch can load one that
is held to tensors alone; NumPy cannot, so that the reference declines.
"""
from pathlib import Path

import numpy as np

__all__ = ["read_torch"]


def read_torch(path: Path) -> dict[str, np.ndarray]:
    """Declines, and says what to do instead.

    Raises
    ------
    ValueError
        Always.
    """
    raise ValueError(
        f"{path} is a pickle of PyTorch, which NumPy cannot read safely. Use "
        "the model.safetensors that most repositories have beside it, or "
        "convert it: torch_impl.models.pretrained has load_pretrained "
        "and save_pretrained")
