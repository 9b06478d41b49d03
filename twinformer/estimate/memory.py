"""How much memory one rank needs, and when it needs most.

Weights, gradients and two moments are there all the time, 16 bytes for each parameter (Rajbhandari
et al. 2019, arXiv:1910.02054, section 3.1, whose weights are half as wide). Activations come and
go; the highest point is at the head, where all of them are kept and the logits are the largest
array of all, or at the end of backward, where all gradients are there.
"""
from dataclasses import dataclass

from .activations import Activations, activations_of
from .anatomy import Anatomy, anatomy
from .flops import ASKED, flash, matrix_weights
from .parameters import (
    block_parameters,
    gradient_copies,
    held_parameters,
    moments_of,
    table_parameters,
)
from .plan import FLOAT, Plan

__all__ = ["LIBRARIES", "Memory", "memory_of"]

# Of a process that has imported its package and done a step of nothing: benchmarks/estimate.py
LIBRARIES = {"numpy": 0.07e9, "torch": 0.35e9}

# Freed memory stays in the process (twinformer/memory.py), and what is freed between arrays that
# stay cannot be used by a larger one: gaps, as shares of what comes and goes in every step.
# Found by training models of other shapes than those that the estimate is checked with.
GAPS_NUMPY = 0.75                       # of the head's gradient and of a block's working arrays
GAPS_TORCH = 0.15, 0.2, 2.1, 1.0        # of gradients, activations, logits, the head's gradient


@dataclass(frozen=True)
class Memory:
    """Bytes of one rank at its highest point, without the libraries."""

    weights: float
    gradients: float        # all of them, as they are at the end of backward
    moments: float
    half_weights: float     # copies of the weights for products in half precision
    gathered: float         # fsdp: whole blocks, while they work
    activations: float      # kept between forward and backward, with the loss's logits
    logits: float           # of them: those of the loss, and their gradient
    working: float          # arrays that live for a moment, at the highest point
    peak: float             # less than the sum, for they are not all there at once

    @property
    def state(self) -> float:
        """What is there between steps."""
        return self.weights + self.moments


def memory_of(plan: Plan) -> Memory:
    """The memory of one rank in a training step."""
    a, kept, held = anatomy(plan.model), activations_of(plan), FLOAT * held_parameters(plan)
    half = half_weights(plan)
    gathered = gathered_by_fsdp(plan)
    moments = FLOAT * moments_of(plan)
    always = held + moments + gathered
    if plan.backend == "numpy":
        highest, working = highest_in_numpy(plan, a, kept, held)
    else:
        highest, working = highest_in_torch(plan, a, kept, held, half)
    return Memory(weights=held, gradients=held * gradient_copies(plan), moments=moments,
                  half_weights=half, gathered=gathered, activations=kept.total,
                  logits=2 * logits(plan, a), working=working, peak=always + highest)


def logits(plan: Plan, a: Anatomy) -> float:
    """Of a microbatch, in float32."""
    return FLOAT * a.V * plan.rows * (ASKED if a.encoder else 1)


def highest_in_numpy(plan: Plan, a: Anatomy, kept: Activations, held: float
                     ) -> tuple[float, float]:
    """-> bytes above weights and moments, and how much of it lives for a moment

    Gradients are there all the time, of every part of the batch its own. The gradient of the
    logits lies over them; the head's product with it is as large as the vocabulary's table before
    it is added up. In a block it is what the widest layer takes while its gradient is computed.
    All parts are counted as if they were at the same place at once; that they are not makes up
    for the gaps.
    """
    parts = gradient_copies(plan)
    table = FLOAT * a.V * a.D * parts
    head = kept.total + table + FLOAT * plan.rows * a.D
    inside = kept.blocks + kept.ends + block_working(plan, a)
    gaps = GAPS_NUMPY * (table + block_working(plan, a)) * (parts == 1)
    top = max(head, inside) + gaps
    return held * parts + top, max(0.0, top - kept.total)


def highest_in_torch(plan: Plan, a: Anatomy, kept: Activations, held: float, half: float
                     ) -> tuple[float, float]:
    """-> bytes above weights and moments, and how much of it lives for a moment

    Gradients appear one by one, while the activations of their blocks go. At the loss there are
    the logarithms and two gradients of the same size; then one of these and the head's.
    """
    wide = logits(plan, a)
    loss = kept.total + half + 2 * wide
    table = FLOAT * a.V * a.D / (plan.pieces * plan.tensor_parallel)
    head = kept.blocks + kept.ends + half + wide * (plan.width / FLOAT) + table
    inside = kept.block if plan.checkpointing else 0.0
    first = (kept.blocks + inside + half + block_working(plan, a)
             + table)
    last = held + block_working(plan, a) + inside + kept.block * (not plan.checkpointing)
    top = max(loss, head, first, last)
    if plan.place == "cpu":             # a GPU's memory is torch's own to arrange
        top += sum(share * size for share, size in zip(
            GAPS_TORCH, (held, kept.blocks + kept.ends, wide, table), strict=True))
    return top, max(0.0, top - kept.total - half)


def block_working(plan: Plan, a: Anatomy) -> float:
    """What lives for a moment inside of a block's backward: gradients of its widest arrays, and
    the scores of attention where they are there as a whole."""
    rows = plan.rows * (a.k if a.E else 1)
    wide = 3 * rows * a.F / plan.tensor_parallel
    stream = 2 * plan.rows * a.D
    scores = 0.0 if flash(plan) else 4 * plan.batch_size * a.H * plan.T ** 2
    return plan.width * (max(wide, scores / plan.tensor_parallel) + stream)


def half_weights(plan: Plan) -> float:
    """Autocast's copies of all matrices, which live as long as the activations; fsdp gathers
    them in half precision instead, a block at a time."""
    if plan.width == FLOAT or plan.pieces > 1:
        return 0.0
    blocks, head = matrices(plan)
    return plan.width * (blocks + head) / plan.tensor_parallel


def matrices(plan: Plan) -> tuple[float, float]:
    """Numbers in the matrices: (of all blocks, of the head)"""
    a = anatomy(plan.model)
    blocks, _ = matrix_weights(plan)
    if a.E:     # all experts, not those that a token meets
        blocks = a.L * block_parameters(plan.model)
    return blocks, float(a.V * a.D)


def gathered_by_fsdp(plan: Plan) -> float:
    """Two blocks, one at work and the next on its way, the tables, and a block's gradient before
    it is cut again; in accumulation, all gradients whole. Zhao et al. 2023 (arXiv:2304.11277),
    section 3.3."""
    if plan.pieces == 1:
        return 0.0
    block = block_parameters(plan.model) / plan.tensor_parallel
    tables = table_parameters(plan.model) / plan.tensor_parallel
    gradients = max(block, tables)
    if plan.accumulation > 1:
        gradients = held_parameters(plan) * plan.pieces
    return plan.width * (2 * block + tables) + FLOAT * gradients


