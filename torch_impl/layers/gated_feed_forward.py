"""Gated feed-forward: a feed-forward whose hidden vector is a product of two,
one of them the gate. Three matrices instead of two: many models make them
thinner, F = 8/3 D instead of 4 D, so that there are as many weights.

Shapes: ... = any leading axes, D = model width, F = feed-forward width.
"""
from twinformer.models.context import EMPTY

from .gates import clamped_swiglu, geglu, swiglu
from .linear import Linear
from .module import Module

__all__ = ["GatedFeedForward", "SwiGLU", "GeGLU", "ClampedSwiGLU"]


class GatedFeedForward(Module):
    """y = down(h),  h = gated(gate(x), up(x))

    Shazeer 2020 (arXiv:2002.05202), eq. 6. What `gated` is, a function of
    gates.py, makes the kinds below differ, and nothing else.
    """

    def __init__(self, d_model: int, d_hidden: int, bias: bool = False,
                 seed: int | None = 0):
        super().__init__()
        self.gate = Linear(d_model, d_hidden, bias, seed=None)
        self.up = Linear(d_model, d_hidden, bias, seed=None)
        self.down = Linear(d_hidden, d_model, bias, seed=None)
        self.reset_parameters(seed)

    def forward(self, x, context=EMPTY):
        """x (..., D) -> y (..., D)"""
        gate = self.gate(x, context)                       # (..., F)
        up = self.up(x, context)                           # (..., F)
        h = self.gated(gate, up)                           # (..., F)
        y = self.down(h, context)                          # (..., D)
        return y


class SwiGLU(GatedFeedForward):
    """h = silu(gate(x)) up(x): Llama, Qwen3, Olmo, DeepSeek."""
    gated = staticmethod(swiglu)


class GeGLU(GatedFeedForward):
    """h = gelu(gate(x)) up(x): Gemma."""
    gated = staticmethod(geglu)


class ClampedSwiGLU(GatedFeedForward):
    """h = g sigmoid(1.702 g) (u + 1), g and u within limits: gpt-oss.

    Its weights files lay gate and up out as the even and odd rows of one
    matrix; here they are two, each with its bias.
    """
    gated = staticmethod(clamped_swiglu)
