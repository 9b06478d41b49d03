"""Feed-forward: what each position does with what attention brought it, alone.
It widens the vector, bends it, and narrows it again.

Shapes: ... = any leading axes, D = model width, F = feed-forward width.
"""
from twinformer.checks import check_activation
from twinformer.models.context import EMPTY

from .activations import named_activation
from .linear import Linear
from .module import Module
from .parallel import by_rows

__all__ = ["FeedForward"]


class FeedForward(Module):
    """y = down(bend(up(x))), F = 4 D in GPT-2 and BERT.

    Vaswani et al. 2017 (arXiv:1706.03762), eq. 2. What bends is ReLU there;
    in GPT-2 "gelu", the tanh approximation; in BERT "gelu_exact".

    Raises
    ------
    ValueError
        If there is no such activation.
    """

    def __init__(self, d_model: int, d_hidden: int, activation: str = "gelu",
                 seed: int | None = 0):
        super().__init__()
        check_activation(activation)
        self.activation = activation
        self.up = Linear(d_model, d_hidden, seed=None)
        self.down = Linear(d_hidden, d_model, seed=None)
        self.reset_parameters(seed)

    def extra_repr(self):
        return f"activation={self.activation}"

    def forward(self, x, context=EMPTY):
        """x (..., D) -> y (..., D), cache"""
        bend, _ = named_activation(self.activation)
        h, up_cache = self.up.forward(x, context)          # (..., F)
        a = by_rows(bend, h)                               # (..., F)
        y, down_cache = self.down.forward(a, context)      # (..., D)
        return y, (up_cache, h, down_cache)

    def backward(self, dy, cache):
        """dy (..., D) -> dx (..., D): the three steps, back to front"""
        _, bend_backward = named_activation(self.activation)
        up_cache, h, down_cache = cache
        da = self.down.backward(dy, down_cache)            # (..., F)
        dh = by_rows(bend_backward, da, h)                 # (..., F)
        return self.up.backward(dh, up_cache)              # (..., D)
