"""Mixture of experts: many feed-forwards, each token is sent to a few of them.
The model knows more for it, as it has more weights, and a token still costs no
more than those few.

Shapes: ... = any leading axes, N their product, D model width, E experts, k of
them for each token, A = N k assignments of a token to an expert.
"""
from typing import Any, NamedTuple

import numpy as np

from twinformer.models.context import EMPTY

from .module import Module
from .router import route_backward

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
        self.route_backward = route_backward(route)

    def forward(self, x, context=EMPTY):
        """x (..., D) -> y (..., D), cache"""
        rows = x.reshape(-1, x.shape[-1])                  # (N, D)
        logits, router_cache = self.router.forward(rows, context)  # (N, E)
        (weights, chosen), route_cache = self.route(logits)  # (N, k)
        balance, layer = context.balance, None
        if balance is not None:
            layer = balance.append(logits, chosen)

        tokens, places, runs = dispatch(chosen, len(self.experts))
        inputs = rows[tokens]                              # (A, D)
        outputs, caches = [], []
        for expert, some in zip(runs, split(inputs, runs), strict=False):
            output, cache = self.experts[expert].forward(some, context)
            outputs.append(output)
            caches.append(cache)
        outputs = np.concatenate(outputs or [inputs])      # (A, D)
        y = combine(outputs, places, weights)              # (N, D)

        shared_cache = None
        if self.shared is not None:
            more, shared_cache = self.shared.forward(rows, context)
            y = y + more
        return y.reshape(x.shape), Cache(
            router_cache, route_cache, balance, layer, weights, tokens, places,
            runs, outputs, caches, shared_cache)

    def backward(self, dy, cache):
        """dy (..., D) -> dx (..., D)

        y_n = sum_j weights_nj output_nj is linear in both, so each receives
        the other one times dy:

            doutput_nj = weights_nj dy_n        dweights_nj = <dy_n, output_nj>

        A token hears from each of its experts through the expert's backward,
        and from its router through the weights: an expert counts for more next
        time where its output pointed against the error. Who was not chosen
        hears nothing, as it said nothing.
        """
        drows = dy.reshape(-1, dy.shape[-1])               # (N, D)
        given = drows[cache.tokens]                        # (A, D)
        dweights = np.einsum("ad,ad->a", given, cache.outputs)
        dweights = dweights[cache.places]                  # (N, k)
        share = np.empty(len(given), given.dtype)          # (A,)
        share[cache.places] = cache.weights
        doutputs = given * share[:, None]                  # (A, D)

        dinputs, parts = [], split(doutputs, cache.runs)
        for expert, some, own in zip(cache.runs, parts, cache.experts,
                                     strict=False):
            dinputs.append(self.experts[expert].backward(some, own))
        dinputs = np.concatenate(dinputs or [doutputs])    # (A, D)
        dx = dinputs[cache.places].sum(1)                  # (N, D)

        dlogits = self.route_backward(dweights, cache.route)  # (N, E)
        if cache.balance is not None:
            dlogits = cache.balance.add_gradient(dlogits, cache.layer)
        dx = dx + self.router.backward(dlogits, cache.router)
        if self.shared is not None:
            dx = dx + self.shared.backward(drows, cache.shared)
        return dx.reshape(dy.shape)


class Cache(NamedTuple):
    """What each step keeps: A rows are sorted by their expert."""
    router: Any
    route: Any
    balance: Any           # the LoadBalance of the context, or None
    layer: int | None      # which of its layers this one is
    weights: np.ndarray    # (N, k)
    tokens: np.ndarray     # (A,)
    places: np.ndarray     # (N, k)
    runs: dict
    outputs: np.ndarray    # (A, D)
    experts: list          # of each expert in runs
    shared: Any


def dispatch(chosen, E):
    """Sort the assignments by their expert, those of one by their token.

    chosen (N, k) -> tokens (A,): whose row stands where; places (N, k): where
    the rows of a token stand; runs {expert: how many rows are its own}, of
    those that have any, in order.
    """
    N, k = chosen.shape
    order = np.argsort(chosen, axis=None, kind="stable")   # (A,)
    places = np.empty(N * k, int)                          # (A,)
    places[order] = np.arange(N * k)
    counts = np.bincount(chosen.ravel(), minlength=E)      # (E,)
    runs = {e: count for e, count in enumerate(counts.tolist()) if count}
    return order // k, places.reshape(N, k), runs


def split(rows, runs):
    """rows (A, D) -> those of each expert in runs"""
    return np.split(rows, np.cumsum([*runs.values()], dtype=int)[:-1])


def combine(outputs, places, weights):
    """outputs (A, D) -> y (N, D): each token's own, times their weights"""
    return (weights[:, None] @ outputs[places])[:, 0]
