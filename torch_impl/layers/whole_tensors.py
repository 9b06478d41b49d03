"""Tensors of which every rank holds a part (DTensors), made whole, measured
and filled. A tensor that a rank has all of goes through unchanged.

Each of these is a meeting: all ranks call it for the same tensors in the same
order.
"""
import math
from collections import defaultdict

import torch
import torch.distributed as dist
from torch.distributed.tensor import DTensor, distribute_tensor
from torch.nn.utils import get_total_norm

__all__ = ["fill", "part_of", "total_norm", "whole"]


def whole(tensor):
    """All of a tensor, on every rank."""
    return tensor.full_tensor() if isinstance(tensor, DTensor) else tensor


def part_of(tensor):
    """What this rank holds of it; no meeting."""
    return tensor.to_local() if isinstance(tensor, DTensor) else tensor


@torch.no_grad()
def fill(tensor, given) -> None:
    """Fill a tensor from one that every rank has all of."""
    if isinstance(tensor, DTensor):
        # no rank has to be told what it knows: src_data_rank=None
        given = distribute_tensor(
            given.to(tensor.device, tensor.dtype), tensor.device_mesh,
            tensor.placements, src_data_rank=None)
    tensor.copy_(given)


def total_norm(tensors) -> float:
    """The length of all of them seen as one long vector: the same number on
    all ranks, to the last bit, or they would part.

    Where several ranks hold the same part of a tensor, each counts a share.
    """
    if not any(isinstance(tensor, DTensor) for tensor in tensors):
        return float(get_total_norm(tensors))
    groups = defaultdict(list)
    for tensor in tensors:
        groups[holders(tensor)].append(part_of(tensor))
    square = sum(float(get_total_norm(parts)) ** 2 / count
                 for count, parts in groups.items())
    squares = torch.tensor(square, dtype=torch.float64)
    dist.all_reduce(squares)
    return math.sqrt(squares)


def holders(tensor) -> int:
    """How many ranks hold the same part of a tensor."""
    parts = 1
    if isinstance(tensor, DTensor):
        mesh = tensor.device_mesh
        for axis, placement in enumerate(tensor.placements):
            parts *= mesh.size(axis) if placement.is_shard() else 1
    return dist.get_world_size() // parts
