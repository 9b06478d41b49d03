"""Mixture of experts: many feed-forwards, each token is sent to a few of them.
The model knows more for it, as it has more weights, and a token still costs no
more than those few.

Shapes: ... = any leading axes, N their product, D model width, E experts, k of
them for each token, A = N k assignments of a token to an expert.
"""
import torch
from torch.nn import functional

from twinformer.models.context import EMPTY

from .fused import fused
from .module import Module

__all__ = ["MixtureOfExperts", "dispatch"]


class MixtureOfExperts(Module):
    """y = sum over the k chosen experts e of weight_e expert_e(x)

    Shazeer et al. 2017 (arXiv:1701.06538), eq. 1. No token is dropped, however
    many choose the same expert. An expert that nobody chose is not looked at,
    neither here nor in backward: its weights may still lie in a file.

    Parameters
    ----------
    router : Linear
        From D to E: the logits of the experts.
    experts : ModuleList
        E feed-forwards of one kind.
    route : function
        One of router.py's, or a functools.partial of it, which is called with
        the logits alone.
    shared : Module, optional
        A feed-forward that works on every token besides, as in DeepSeek-V3.
    """

    def __init__(self, router, experts, route, shared=None):
        super().__init__()
        self.router = router
        self.experts = experts
        self.shared = shared
        self.route = route

    def forward(self, x, context=EMPTY):
        """x (..., D) -> y (..., D)"""
        rows = x.reshape(-1, x.shape[-1])                  # (N, D)
        logits = self.router(rows, context)                # (N, E)
        weights, chosen = self.route(logits)               # (N, k)
        balance = context.balance
        if balance is not None:
            balance.append(logits, chosen)

        tokens, places, runs = dispatch(chosen, len(self.experts))
        inputs = rows_at(rows, tokens)                     # (A, D)
        outputs = []
        for expert, some in zip(runs, split(inputs, runs), strict=False):
            output = self.experts[expert](some, context)
            outputs.append(output)
        outputs = torch.cat(outputs or [inputs])           # (A, D)
        y = combine(outputs, places, weights)              # (N, D)

        if self.shared is not None:
            more = self.shared(rows, context)
            y = y + more
        return y.reshape(x.shape)


def dispatch(chosen, E):
    """Sort the assignments by their expert, those of one by their token.

    chosen (N, k) -> tokens (A,): whose row stands where; places (N, k): where
    the rows of a token stand; runs {expert: how many rows are its own}, of
    those that have any, in order.
    """
    N, k = chosen.shape
    order = torch.argsort(chosen.flatten(), stable=True)   # (A,)
    places = torch.empty_like(order)                       # (A,)
    places[order] = torch.arange(N * k, device=order.device)
    counts = torch.bincount(chosen.flatten(), minlength=E)  # (E,)
    # a GPU is waited for here, once for each layer; torch.compile breaks here
    runs = {e: count for e, count in enumerate(counts.tolist()) if count}
    return order // k, places.reshape(N, k), runs


def split(rows, runs):
    """rows (A, D) -> those of each expert in runs"""
    return rows.split([*runs.values()]) if runs else ()


def rows_at(rows, places):
    """rows[places]: torch adds up the gradient of repeated rows much sooner,
    and always in the same order, where they are looked up as embeddings."""
    if fused():
        return functional.embedding(places, rows)
    return rows[places]


def combine(outputs, places, weights):
    """outputs (A, D) -> y (N, D): each token's own, times their weights"""
    return (weights[:, None] @ rows_at(outputs, places))[:, 0]
