"""Activation checkpointing: a block keeps its input alone, and computes the
rest once more for its backward pass. Torch only: it is there for the memory of
a GPU.
"""
import copy
from dataclasses import replace

from torch.utils.checkpoint import checkpoint

__all__ = ["recomputed"]


def recomputed(block, x, context):
    """block(x, context), whose backward pass computes it once more.

    It must drop the same again. torch's generator is set back by checkpoint
    itself; another source of masks is copied before it has drawn. How experts
    were chosen is known by then.
    """
    again = replace(
        context, keep=copy.deepcopy(context.keep), balance=None,
        qk_clip=None)
    contexts = iter([context, again])

    def once(x):
        return block(x, next(contexts))
    return checkpoint(once, x, use_reentrant=False)
