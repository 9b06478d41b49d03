"""LoRA's layer: the weights of a Linear stay as they are, and beside them two
thin matrices learn a correction.

Shapes: ... = any leading axes, N = their product, D = inputs, F = outputs,
R = rank, P = parts.
"""
import torch

from twinformer.adapters.checks import check_lora_sizes
from twinformer.models.initialisation import initial_factor
from twinformer.models.context import EMPTY

from ..layers.whole_tensors import whole
from ..layers.dropout import Dropout
from ..layers.linear import Linear
from ..layers.module import Module, Parameter

__all__ = ["LoRALinear"]


class LoRALinear(Module):
    """y = base(x) + scale * drop(x) A^T B^T,  scale = alpha / rank.

    Hu et al. 2021 (arXiv:2106.09685), eq. 3: W becomes W + scale B A, whose
    second term has only R (D + F) numbers. A is drawn as in the paper's code,
    B begins at 0: a new layer computes what its base does.

    Parameters
    ----------
    base : Linear
        Kept, not copied. `add_lora` freezes it.
    rank, alpha, dropout
        alpha keeps steps about as long while the rank is tried out. Dropout
        is for the correction's input alone.
    parts : int
        Equal parts of the outputs, each with an A of its own: 3 for a Linear
        that makes queries, keys and values, as if it were three Linears.
    seed
        Of A, as for numpy.random.default_rng.

    Raises
    ------
    ValueError
        If the rank is below 1, alpha not positive, dropout not in [0, 1), or
        parts do not divide the outputs.
    """

    def __init__(self, base, rank: int, alpha: float,
                 dropout: float = 0.0, parts: int = 1, seed=0):
        super().__init__()
        F, D = base.weight.shape
        check_lora_sizes(F, rank, alpha, parts)
        self.rank, self.alpha, self.parts = rank, alpha, parts
        self.scale = alpha / rank
        first = initial_factor((parts * rank, D), seed)
        self.A = Parameter(torch.from_numpy(first))
        self.B = Parameter(torch.zeros(F, rank))
        self.to(base.weight.device, base.weight.dtype)
        self.base = base
        self.dropout = Dropout(dropout)
        self.train(base.training)

    def extra_repr(self):
        return f"rank={self.rank}, alpha={self.alpha}, parts={self.parts}"

    def forward(self, x, context=EMPTY):
        """x (..., D) -> y (..., F)"""
        y = self.base(x)                                   # (..., F)
        x = self.dropout(x, context)                       # (..., D)
        rows = x.reshape(-1, x.shape[-1])                  # (N, D)
        down = rows @ self.A.T                             # (N, P R)
        low = apart(self.scale * down, self.parts)         # (P, N, R)
        B = self.B.reshape(self.parts, -1, self.rank)      # (P, F / P, R)
        up = low @ B.mT                                    # (P, N, F / P)
        y = y + together(up).reshape(y.shape)              # (..., F)
        return y

    def merged(self):
        """A Linear that computes the same, with W + scale B A, frozen."""
        with torch.no_grad():
            A, B, W = map(whole, (self.A, self.B, self.base.weight))
            A = A.reshape(self.parts, self.rank, -1)       # (P, R, D)
            B = B.reshape(self.parts, -1, self.rank)       # (P, F / P, R)
            change = self.scale * (B @ A).reshape(W.shape)
            linear = Linear(1, 1, self.base.bias is not None)
            linear.weight = Parameter(                     # (F, D)
                W + change, requires_grad=False)
            linear.bias = self.base.bias
        return linear


def apart(rows, parts):
    """(N, P K) -> (P, N, K): a view, nothing is copied"""
    N, F = rows.shape
    return rows.reshape(N, parts, F // parts).swapaxes(0, 1)


def together(parts):
    """(P, N, K) -> (N, P K)"""
    P, N, K = parts.shape
    return parts.swapaxes(0, 1).reshape(N, P * K)
