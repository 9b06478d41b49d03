"""What a training step keeps between its forward and its backward pass, on one rank.

It grows with the tokens of a microbatch, and not with the ranks: the part of the memory that
batch_size decides. With checkpointing only what enters each block is kept, and the inside of one
block is there at a time. Chen et al. 2016 (arXiv:1604.06174); Korthikanti et al. 2022
(arXiv:2205.05198), section 4, counts a GPT's layer as we do.
"""
from typing import NamedTuple

from . import kept_by_numpy, kept_by_torch
from .anatomy import anatomy
from .kept import Kept, bytes_of
from .plan import Plan

__all__ = ["Activations", "activations_of", "kept_in_block"]

LAYERS = {"numpy": kept_by_numpy, "torch": kept_by_torch}


class Activations(NamedTuple):
    """Bytes on one rank."""

    blocks: float       # all of them
    block: float        # the largest one by itself, with all that it keeps
    ends: float         # embeddings, last norm, head
    loss: float         # mostly logits

    @property
    def total(self) -> float:
        return self.blocks + self.ends + self.loss


def kept_in_block(plan: Plan, layer: int) -> list[Kept]:
    """The arrays that a block keeps, by name, without checkpointing."""
    return LAYERS[plan.backend].block(plan, anatomy(plan.model), layer)


def activations_of(plan: Plan) -> Activations:
    """What is kept when a microbatch's forward pass is done."""
    a, package, ranks = anatomy(plan.model), LAYERS[plan.backend], plan.tensor_parallel
    by_window = {window: bytes_of(package.block(plan, a, a.windows.index(window)), ranks)
                 for window in set(a.windows)}
    sizes = [by_window[window] for window in a.windows]
    blocks = sum(sizes)
    if plan.checkpointing:
        blocks = a.L * bytes_of([Kept("stream", plan.rows * a.D)])
    return Activations(blocks=blocks, block=max(sizes), ends=bytes_of(package.ends(plan, a)),
                       loss=bytes_of(package.loss(plan, a)))
