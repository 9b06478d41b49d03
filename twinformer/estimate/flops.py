"""Floating-point operations of a step: what the model needs, and what is really done.

The model's own count, `flops_per_token` of its config, is the yardstick of utilisation; it takes
a causal model's attention as half the square, and counts nothing twice. What is done is more:
whole tiles of attention, and a second forward pass where activations are computed again.

A matrix of P weights costs 2 P operations a token forward and 4 P backward, for the gradient of
what enters and that of the weights. Chowdhery et al. 2022 (arXiv:2204.02311), appendix B.
"""
import math
from typing import NamedTuple

from .anatomy import anatomy
from .plan import Plan

__all__ = ["Flops", "attention_span", "flops_of", "matrix_weights"]

ROUNDS = 5      # of Newton-Schulz
ASKED = 0.15    # of a BERT's tokens, which alone reach its head


class Flops(NamedTuple):
    """Of one rank in one step."""

    forward: float      # that the model needs
    backward: float
    again: float        # a second forward pass of the blocks
    products: float     # of all that is done, those of matrices
    attention: float    # and those of attention's two products

    @property
    def model(self) -> float:
        """What utilisation is counted in."""
        return self.forward + self.backward

    @property
    def done(self) -> float:
        return self.products + self.attention


def matrix_weights(plan: Plan) -> tuple[float, float]:
    """Weights that multiply each token: (of all blocks, of the head)"""
    a = anatomy(plan.model)
    blocks = 0.0
    for name, shape in plan.model.parameter_shapes().items():
        if name.startswith("blocks.") and len(shape) > 1:
            blocks += math.prod(shape) * (a.k / a.E if ".experts." in name else 1)
    head = float(a.V * a.D)
    if a.encoder:
        head = ASKED * (head + a.D * a.D)
    return blocks, head


def attention_span(T: int, window: int | None, encoder: bool = False) -> float:
    """How many keys a query looks at, on average."""
    if encoder:
        return T
    if window is None or window >= T:
        return (T + 1) / 2
    return window - window * (window - 1) / (2 * T)


def flops_of(plan: Plan) -> Flops:
    """The operations of one rank in one step, all of its microbatches."""
    a = anatomy(plan.model)
    tokens = plan.rows * plan.accumulation
    share = 1 / plan.tensor_parallel
    model = plan.model.flops_per_token(plan.T) * tokens * share
    blocks, head = matrix_weights(plan)
    spans = [attention_span(plan.T, window, a.encoder) for window in a.windows]
    seen = 4 * a.H * a.K * sum(spans)       # of a token, forward
    passes = 4 if plan.checkpointing else 3
    # flash attention's backward multiplies five times where forward multiplies twice
    attention = seen * (passes + (0.5 if flash(plan) else 0))
    products = 2 * (passes * blocks + 3 * head)
    again = (2 * blocks + seen) if plan.checkpointing else 0.0
    if plan.optimizer == "muon":
        share_of_step = 1 / (plan.tensor_parallel * plan.pieces)
        products += orthogonalising(plan) * share_of_step / (tokens * share)
    return Flops(forward=model / 3, backward=2 * model / 3, again=again * tokens * share,
                 products=products * tokens * share, attention=attention * tokens * share)


def orthogonalising(plan: Plan) -> float:
    """Muon's rounds of Newton-Schulz in a step: of a matrix (R, C), R <= C, three products each,
    A = X X^T, A A and (b A + c A^2) X."""
    total = 0.0
    for name, shape in plan.model.parameter_shapes().items():
        if name.startswith("blocks.") and len(shape) > 1:
            maps = 3 if name.endswith("qkv.weight") else 1
            small, large = sorted((shape[0] / maps, shape[1]))
            total += maps * ROUNDS * (4 * small * small * large + 2 * small ** 3)
    return total


def flash(plan: Plan) -> bool:
    """Whether attention works in tiles and keeps no weights of it."""
    a = anatomy(plan.model)
    if plan.backend == "numpy":
        return not (a.encoder or a.attention_dropout)
    return plan.fused_kernels and not (a.attention_dropout and plan.place == "cpu")
