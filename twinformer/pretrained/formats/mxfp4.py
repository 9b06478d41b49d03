"""MXFP4, in which gpt-oss's experts are published: four bits a number.

    gate_up_proj_blocks   (E, 2 F, D / 32, 16)   bytes of two numbers each, the lower half first
    gate_up_proj_scales   (E, 2 F, D / 32)       one for 32 numbers: 2^(byte - 127)

A number is one of sixteen, times its scale, and float32 holds every product exactly. Open Compute
Project, "Microscaling Formats Specification" 1.0, 2023, sections 5.3 and 6.

Shapes: E experts, D inputs and F outputs of one.
"""
from typing import Any

import numpy as np

from .place import Arrays

__all__ = ["PackedTensor", "unpacked", "with_unpacked"]

# One bit for the sign, two for the exponent, one behind the point
NUMBERS = np.array([0, .5, 1, 1.5, 2, 3, 4, 6, -0., -.5, -1, -1.5, -2, -3, -4, -6], np.float32)


class PackedTensor:
    """All experts of a layer, (E, inputs, outputs), unpacked one at a time."""

    dtype = np.dtype(np.float32)

    def __init__(self, blocks: Any, scales: Any):
        E, outputs, groups, _ = blocks.shape
        self.blocks, self.scales = blocks, scales
        self.shape = E, groups * 32, outputs

    def __getitem__(self, index):
        """index : the expert, and what of it"""
        expert, *rest = index if isinstance(index, tuple) else (index,)
        part = unpacked(np.asarray(self.blocks[expert]), np.asarray(self.scales[expert]))
        return part.T[tuple(rest)].copy() if rest else part.T

    def __array__(self, dtype=None, copy=None):
        return np.stack([self[expert] for expert in range(self.shape[0])]).astype(
            dtype or self.dtype, copy=False)


def unpacked(blocks: np.ndarray, scales: np.ndarray) -> np.ndarray:
    """blocks (F, D / 32, 16) and scales (F, D / 32), bytes -> (F, D) float32"""
    halves = np.stack([blocks & 15, blocks >> 4], axis=-1)     # (F, D / 32, 16, 2)
    numbers = NUMBERS[halves].reshape(*blocks.shape[:-1], 32)
    exponents = scales.astype(np.int32)[..., None] - 127
    return np.ldexp(numbers, exponents).reshape(len(blocks), -1)


def with_unpacked(tensors: Arrays) -> Arrays:
    """The same, with every pair of blocks and scales as one tensor.

    Raises
    ------
    ValueError
        Where blocks have no scales, or of another shape.
    """
    found = {}
    for name, tensor in tensors.items():
        if not name.endswith(("_blocks", "_scales")):
            found[name] = tensor
        elif name.endswith("_blocks"):
            stem = name.removesuffix("_blocks")
            scales = tensors.get(f"{stem}_scales")
            if scales is None or len(tensor.shape) != 4 or tensor.shape[-1] != 16 or (
                    scales.shape != tensor.shape[:-1]):
                raise ValueError(
                    f"{name} is {tuple(tensor.shape)}, and {stem}_scales is "
                    f"{scales if scales is None else tuple(scales.shape)}: these are no numbers "
                    "in MXFP4; a version of the model in bfloat16 can be read")
            found[stem] = PackedTensor(tensor, scales)
    return found
