"""Gated feed-forward: a feed-forward whose hidden vector is a product of two,
one of them the gate. Three matrices instead of two: many models make them
thinner, F = 8/3 D instead of 4 D, so that there are as many weights.

Shapes: ... = any leading axes, D = model width, F = feed-forward width.
"""
from twinformer.models.context import EMPTY

from .gates import (clamped_swiglu, clamped_swiglu_backward, geglu,
                    geglu_backward, swiglu, swiglu_backward)
from .linear import Linear
from .module import Module
from .parallel import by_rows

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
        """x (..., D) -> y (..., D), cache"""
        gate, gate_cache = self.gate.forward(x, context)   # (..., F)
        up, up_cache = self.up.forward(x, context)         # (..., F)
        h = by_rows(self.gated, gate, up)                  # (..., F)
        y, down_cache = self.down.forward(h, context)      # (..., D)
        return y, (gate_cache, up_cache, gate, up, down_cache)

    def backward(self, dy, cache):
        """dy (..., D) -> dx (..., D): back to front; x has two ways to h"""
        gate_cache, up_cache, gate, up, down_cache = cache
        dh = self.down.backward(dy, down_cache)            # (..., F)
        dgate, dup = by_rows(self.gated_backward, dh, gate, up)
        dx = self.gate.backward(dgate, gate_cache)         # (..., D)
        return dx + self.up.backward(dup, up_cache)


class SwiGLU(GatedFeedForward):
    """h = silu(gate(x)) up(x): Llama, Qwen3, Olmo, DeepSeek."""
    gated = staticmethod(swiglu)
    gated_backward = staticmethod(swiglu_backward)


class GeGLU(GatedFeedForward):
    """h = gelu(gate(x)) up(x): Gemma."""
    gated = staticmethod(geglu)
    gated_backward = staticmethod(geglu_backward)


class ClampedSwiGLU(GatedFeedForward):
    """h = g sigmoid(1.702 g) (u + 1), g and u within limits: gpt-oss.

    Its weights files lay gate and up out as the even and odd rows of one
    matrix; here they are two, each with its bias.
    """
    gated = staticmethod(clamped_swiglu)
    gated_backward = staticmethod(clamped_swiglu_backward)
