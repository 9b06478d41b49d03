"""Fully sharded data parallelism: each rank keeps its part of every weight,
gradient and moment, and has a block's weights whole only while it computes
with them. N ranks hold a model N times as large, for half as much again to
send.

Rajbhandari et al. 2020 (arXiv:1910.02054), stage 3; Zhao et al. 2023
(arXiv:2304.11277). Of torch, FSDP2: parameters are DTensors, and keep their
names.
"""
import contextlib
import warnings

import torch
from torch.distributed.fsdp import MixedPrecisionPolicy, fully_shard
from torch.distributed.tensor import Shard

__all__ = ["FullySharded"]


class FullySharded:
    """torch's fully_shard, of every block and of what is around them.

    Parameters
    ----------
    ranks : ProcessRanks
        On a mesh of machines and data (strategy "hybrid") weights are divided
        within each machine, and gradients averaged between them.
    precision : torch.dtype
        Of the weights that are sent and computed with; their parts, the
        gradients' sums and the moments stay float32.
    """

    def __init__(self, ranks, precision):
        names = ranks.mesh.mesh_dim_names
        self.mesh = (ranks.mesh if "machines" in names
                     else ranks.mesh["data"])
        half = precision if precision != torch.float32 else None
        self.policy = MixedPrecisionPolicy(
            param_dtype=half, reduce_dtype=torch.float32 if half else None,
            cast_forward_inputs=False)

    def prepare(self, model, loss, compiled: bool):
        """loss(model, batch, keep), whose weights come as they are needed."""
        if not hasattr(model, "head"):
            raise ValueError("device.strategy fsdp is for models with blocks "
                             f"and a head, and {type(model).__name__} has "
                             "none; take ddp")
        if model.config.kind == "bert":
            raise ValueError(
                "device.strategy fsdp is for models that write: a BERT's "
                "heads are asked outside of its forward pass; take ddp")
        self.model = model
        for block in model.blocks:
            if compiled:
                block.compile()
            self.shard(block)
        self.shard(model)
        # nothing here writes into a model's output
        warnings.filterwarnings("ignore", "FSDP2-wrapped module", UserWarning)
        model.register_forward_hook(put_away)
        return loss

    def shard(self, module) -> None:
        fully_shard(module, mesh=self.mesh, mp_policy=self.policy,
                    shard_placement_fn=other_axis)

    def communicating(self, last: bool):
        """Around a microbatch: gradients stay whole and here, until the last
        one of a step adds them up and divides them."""
        self.model.set_requires_gradient_sync(last)
        self.model.set_is_last_backward(last)
        return contextlib.nullcontext()


def other_axis(parameter):
    """The axis to cut: the first, unless tensor parallelism has cut it."""
    placements = getattr(parameter, "placements", ())
    taken = [place.dim for place in placements if place.is_shard()]
    return Shard(1) if 0 in taken and parameter.ndim > 1 else None


def put_away(model, arguments, output) -> None:
    """After a forward pass without a backward one, which would do it, the
    weights around the blocks are parts again: others may look at them."""
    if not torch.is_grad_enabled():
        model.reshard()
