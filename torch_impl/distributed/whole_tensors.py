"""Tensors of which every rank holds a part (DTensors), made whole, measured
and filled. A tensor that a rank has all of goes through unchanged.

Each of these is a meeting: all ranks call it for the same tensors in the same
order.
"""
import math
from collections import defaultdict

import torch
from torch.distributed.tensor import DTensor, distribute_tensor
from torch.nn.utils import get_total_norm

__all__ = ["part_of", "put", "total_norm", "whole"]


def whole(tensor):
    """All of a tensor, on every rank."""
    return tensor.full_tensor() if isinstance(tensor, DTensor) else tensor


def part_of(tensor):
    """What this rank holds of it; no meeting."""
    return tensor.to_local() if isinstance(tensor, DTensor) else tensor


@torch.no_grad()
def put(tensor, given) -> None:
    """Fill a tensor from one that every rank has all of."""
    if isinstance(tensor, DTensor):
        # no rank has to be told what it knows: src_data_rank=None
        given = distribute_tensor(
            given.to(tensor.device, tensor.dtype), tensor.device_mesh,
            tensor.placements, src_data_rank=None)
    tensor.copy_(given)


def total_norm(tensors) -> float:
    """The length of all of them seen as one long vector.

    Those that are divided in the same way are measured together.
    """
    groups = defaultdict(list)
    for tensor in tensors:
        divided = isinstance(tensor, DTensor)
        way = ((tensor.device_mesh, tensor.placements) if divided else None)
        groups[way].append(tensor)
    norms = [float(whole(get_total_norm(group)))
             for group in groups.values()]
    return norms[0] if len(norms) == 1 else math.hypot(*norms)
