"""Weights as torch.save wrote them (.bin, .pt, .pth): pickles.

A pickle is a program, and to load one is to run it. torch can load one that
is held to tensors alone; NumPy cannot, so that the reference declines.
"""
from pathlib import Path
from pickle import UnpicklingError

import numpy as np
import torch

from twinformer.io.safetensors_io import widened

__all__ = ["read_torch"]


def read_torch(path: Path) -> dict[str, np.ndarray]:
    """{name: array} of a file that holds tensors and nothing else.

    Arrays are mapped into memory where the file's format allows it.

    Raises
    ------
    FileNotFoundError
    ValueError
        Where the file is damaged, or asks to run anything.
    """
    if not path.is_file():
        raise FileNotFoundError(f"there is no file {path}")
    with open(path, "rb") as file:
        mappable = file.read(2) == b"PK"        # a zip file, since torch 1.6
    try:
        content = torch.load(path, "cpu", weights_only=True, mmap=mappable)
    except (UnpicklingError, RuntimeError, EOFError, ValueError) as problem:
        reason = str(problem).strip().split("\n")[0]
        raise ValueError(f"{path} is damaged, or more than the tensors of a "
                         f"model, and was not loaded ({reason})") from None
    for name in ("state_dict", "model", "model_state_dict", "module"):
        # as trainers keep it, beside their optimizer's
        if isinstance(content, dict) and isinstance(content.get(name), dict):
            content = content[name]
    if not isinstance(content, dict) or not all(
            isinstance(name, str) and isinstance(tensor, torch.Tensor)
            for name, tensor in content.items()):
        raise ValueError(f"{path} holds no state_dict, {{name: tensor}}; save "
                         "model.state_dict() instead")
    return {name: numbers(tensor) for name, tensor in content.items()}


def numbers(tensor: torch.Tensor) -> np.ndarray:
    tensor = tensor.detach().contiguous()
    if tensor.dtype == torch.bfloat16:
        return widened(tensor.view(torch.uint16).numpy(), bfloat16=True)
    return widened(tensor.numpy())
