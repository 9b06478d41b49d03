"""Data parallelism: every rank has the whole model and its own microbatches,
and all of them make the same step, with the mean of their gradients.

Li et al. 2020 (arXiv:2006.15704). Gradients are added up in buckets: while
one bucket travels, the backward pass makes the next one.
"""
import contextlib

import torch
from torch.nn.parallel import DistributedDataParallel

__all__ = ["DataParallel", "Losses"]


class Losses(torch.nn.Module):
    """A model and its loss as one module, which is what DDP wraps: an
    objective may ask a model for more than its forward pass."""

    def __init__(self, model, loss):
        super().__init__()
        self.model, self.loss = model, loss

    def forward(self, batch, keep):
        return self.loss(self.model, batch, keep)


class DataParallel:
    """torch's DistributedDataParallel around the loss.

    The gradients lie in the buckets themselves, so that they take no memory
    twice.
    """

    def __init__(self, ranks):
        self.ranks = ranks
        self.together: DistributedDataParallel

    def prepare(self, model, loss, compiled: bool):
        """loss(model, batch, keep), whose backward pass is shared."""
        self.together = DistributedDataParallel(
            Losses(model, loss), gradient_as_bucket_view=True,
            find_unused_parameters=may_be_unused(model))
        shared = torch.compile(self.together) if compiled else self.together

        def forward(model, batch, keep=None):
            if torch.is_grad_enabled():
                return shared(batch, keep)
            return loss(model, batch, keep)  # nothing to share
        return forward

    def communicating(self, last: bool):
        """Around a microbatch: gradients add up here, until the last one of a
        step sends their sum."""
        return contextlib.nullcontext() if last else self.together.no_sync()


def may_be_unused(model) -> bool:
    """Whether a backward pass may reach not all that learns: an expert that
    no token chose, a head of BERT's that was not asked. DDP then looks for
    them in each pass; it would wait for their gradients."""
    return hasattr(model.config, "n_experts") or model.config.kind == "bert"
