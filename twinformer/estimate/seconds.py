"""How long a step takes.

On this machine: products at the speed that was measured, everything else by the bytes that it
moves; how much of both a step has beside what can be counted was found once, by training models
of other shapes than those it is checked with (benchmarks/results/estimate.md). On a GPU that is
named: the model's operations at an assumed share of its promised speed, its utilisation (Chowdhery
et al. 2022, arXiv:2204.02311, section 4.1), and what the ranks say to each other.
"""
from typing import NamedTuple

from .activations import activations_of
from .anatomy import anatomy
from .communication import Links, communication_seconds
from .flops import flops_of
from .gpus import Gpu
from .parameters import held_parameters
from .plan import FLOAT, Plan
from .speed import Speed

__all__ = ["StepTime", "gpu_step", "machine_step"]


class StepTime(NamedTuple):
    """Seconds of one step of all ranks."""

    arithmetic: float
    waiting: float = 0.0    # for other ranks, while nothing is computed
    beside: float = 0.0     # communication while there is something to compute
    exposed: float = 0.0    # what of it arithmetic does not hide

    @property
    def total(self) -> float:
        return self.arithmetic + self.exposed + self.waiting

    @property
    def efficiency(self) -> float:
        """Of the ranks' time, what is left for arithmetic."""
        return self.arithmetic / self.total


class Costs(NamedTuple):
    """What one package takes, in units of the two measured speeds."""

    products: float     # of a FLOP of a product inside of a step, beside a large one's
    attention: float    # of a FLOP of attention
    kept: float         # times that a kept byte is moved, forward and backward
    logits: float       # the same for the loss's rows
    parameters: float   # for weights, gradients and moments: clipping, AdamW
    calls: float        # seconds for each layer of each microbatch


COSTS = {
    "numpy": Costs(1.1, 3.2, 22.5, 11.3, 4.7, 3e-3),
    "torch": Costs(1.35, 1.54, 7.6, 10.8, 0.45, 1.9e-3),
}


def machine_step(plan: Plan, speed: Speed) -> StepTime:
    """A step of one rank on this machine, at its measured speed."""
    return StepTime(sum(share * cost for share, cost in zip(
        work_of(plan, speed), COSTS[plan.backend], strict=True)))


def work_of(plan: Plan, speed: Speed) -> tuple[float, ...]:
    """Seconds that a step's parts would take at the measured speeds, in the order of Costs."""
    a, flops, kept = anatomy(plan.model), flops_of(plan), activations_of(plan)
    turns = plan.accumulation
    again = activations_of_blocks(plan) if plan.checkpointing else kept.blocks
    calls = a.L * (1 + a.E / 2)
    return (flops.products / speed.products, flops.attention / speed.products,
            (again + kept.ends) * turns / speed.stream, kept.loss * turns / speed.stream,
            4.0 * FLOAT * held_parameters(plan) / speed.stream, calls * turns)


def activations_of_blocks(plan: Plan) -> float:
    """What the blocks would keep without checkpointing, and one more forward pass of it."""
    from dataclasses import replace

    return 1.5 * activations_of(replace(plan, checkpointing=False)).blocks


def gpu_step(plan: Plan, gpu: Gpu, utilisation: float, links: Links) -> StepTime:
    """A step of all ranks on GPUs of one kind.

    Parameters
    ----------
    utilisation
        The share of the promised speed that one GPU by itself reaches, in the operations that the
        model needs; what checkpointing computes again is beside it.
    """
    peak = gpu.half if plan.width < FLOAT else gpu.single
    flops = flops_of(plan)
    arithmetic = (flops.model + flops.again) / (peak * utilisation)
    beside, waiting = communication_seconds(plan, links)
    return StepTime(arithmetic, waiting, beside, exposed(plan, arithmetic, beside))


def exposed(plan: Plan, arithmetic: float, beside: float) -> float:
    """What of the communication is seen.

    Gradients travel while those of earlier blocks are computed, weights while the block before
    works: all but the first block's, or the last one's, has something to hide behind. With ddp
    that is the backward pass of the last microbatch, with fsdp everything.
    """
    behind = arithmetic
    if plan.strategy == "ddp":
        flops = flops_of(plan)
        backward = (flops.backward + flops.again) / (flops.model + flops.again)
        behind = arithmetic * backward / plan.accumulation
    return max(beside / (plan.model.n_layers + 1), beside - behind)
