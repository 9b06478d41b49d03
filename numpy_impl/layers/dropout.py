"""Dropout: while training, leave out a random share of the activations, so
that no feature can rely on one particular other being there.

Shapes: x any shape; a keep-mask has the shape of x, True = kept.
"""
from twinformer.models.context import EMPTY

from twinformer.checks import check_rate
from .module import Module

__all__ = ["Dropout"]


class Dropout(Module):
    """y = x * kept / (1 - rate), same mean; the identity in inference.

    Srivastava et al. 2014 (JMLR 15), in the "inverted" form that scales while
    training and leaves inference alone.

    Raises
    ------
    ValueError
        If rate is not in [0, 1).
    """

    def __init__(self, rate: float):
        super().__init__()
        check_rate(rate)
        self.rate = rate

    def extra_repr(self):
        return f"rate={self.rate}"

    def forward(self, x, context=EMPTY):
        """x -> y, cache; context.keep gives the keep-mask, None = all"""
        keep = context.keep
        if keep is None or self.rate == 0:
            return x, None
        kept = keep(x.shape, self.rate)
        y = x * kept * (1 / (1 - self.rate))
        return y, kept

    def backward(self, dy, kept):
        """dx = dy * kept / (1 - rate): what was left out has no influence."""
        if kept is None:
            return dy
        return dy * kept * (1 / (1 - self.rate))
