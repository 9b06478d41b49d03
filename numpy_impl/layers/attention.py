"""Attention: every position asks a question (query), every position offers an
answer (key, value), and each takes a mixture of the values whose keys fit.

Shapes: ... = any leading axes (batch), T = query positions, S = key positions,
K = head width; H query heads share G heads of keys and values, or there is no
axis of heads at all.
"""
import math
from typing import Any, NamedTuple

import numpy as np

from twinformer.checks import check_groups

from .softcap import cap_slope, soft_cap, uncap
from .softmax import masked_softmax, softmax_backward
from .visibility import visible_mask

__all__ = ["causal_mask", "attention", "attention_backward"]


def causal_mask(T: int, S: int):
    """(T, S), True where query t may attend to key s: to itself and the past.

    With more keys than queries, the queries are the last T positions.
    """
    return visible_mask(T, S)


def attention(q, k, v, mask, keep=None, rate=0.0, *,
              scale=None, softcap=None, sinks=None):
    """y = softmax(q k^T scale) v, over the keys where mask is True.

    Vaswani et al. 2017 (arXiv:1706.03762), eq. 1. scale is 1 / sqrt(K): else
    scores of wide heads would grow with their width and softmax saturate.

    Three things that later models have: query heads h H/G ... (h+1) H/G - 1
    share the key head h (Ainslie et al. 2023, arXiv:2305.13245); a softcap c
    keeps every score within c, by c tanh(score / c) (Gemma 2,
    arXiv:2408.00118, section 2); and a sink, a learned score a head, takes
    part in softmax as that of a key whose value is 0, so that a head need not
    look at anything (gpt-oss; Xiao et al. 2023, arXiv:2309.17453).
    q (..., H, T, K), k and v (..., G, S, K), mask (T, S) or (..., 1, T, S),
    sinks (H,) -> y (..., H, T, K), cache
    """
    check_groups(q.shape, k.shape)
    scale = 1 / math.sqrt(q.shape[-1]) if scale is None else scale
    scores = heads(rows(q, k) @ k.mT, q) * scale           # (..., H, T, S)
    scores = soft_cap(scores, softcap)                     # (..., H, T, S)
    slope = cap_slope(scores, softcap)                     # (..., H, T, S)
    weights = masked_softmax(*with_sinks(scores, mask, sinks))
    seen = without_sinks(weights, sinks)                   # (..., H, T, S)
    kept = keep(seen.shape, rate) if keep and rate else None
    y = rows(drop(seen, kept, rate), k) @ v
    return heads(y, q), Cache(
        q, k, v, sinks, scale, slope, weights, kept, rate)


def rows(x, k):
    """(..., H, T, n) -> (..., G, H/G T, n): query heads that share a head of
    k, one below the other, for a single product with it."""
    if x.shape[:-2] == k.shape[:-2]:
        return x
    *leading, H, T, n = x.shape
    G = k.shape[-3]
    return x.reshape(*leading, G, H // G * T, n)


def heads(x, q):
    """(..., G, H/G T, n) -> (..., H, T, n) again"""
    return x.reshape(*q.shape[:-1], x.shape[-1])


def with_sinks(scores, mask, sinks):
    """Scores, and mask, with one more key: (..., H, T, S + 1)"""
    if sinks is None:
        return scores, mask
    sink = np.broadcast_to(sinks[:, None, None], (*scores.shape[:-1], 1))
    if mask is not None:
        always = np.ones((*mask.shape[:-1], 1), bool)
        mask = np.concatenate([mask, always], -1)
    return np.concatenate([scores, sink], -1), mask


def without_sinks(weights, sinks):
    """The weights of real keys, (..., H, T, S)"""
    return weights if sinks is None else weights[..., :-1]


def drop(weights, kept, rate):
    """Dropout of the attention weights: linear, so its own backward."""
    if kept is None:
        return weights
    return weights * kept * (1 / (1 - rate))


class Cache(NamedTuple):
    q: np.ndarray
    k: np.ndarray
    v: np.ndarray
    sinks: np.ndarray | None
    scale: float
    slope: np.ndarray | None  # of the softcap
    weights: np.ndarray  # the sinks' in the last column
    kept: Any
    rate: float


def attention_backward(dy, cache):
    """dy (..., H, T, K) -> dq (..., H, T, K), dk and dv (..., G, S, K), and
    dsinks (H,) where there are sinks

    y = W v is linear in both factors, and so are the scores in q and k:

        dv = W^T dy                     dW = dy v^T
        dscores = softmax_backward(dW)  dq = scale dscores k
                                        dk = scale dscores^T q

    A key head's gradient is the sum over the query heads that share it, which
    the product takes by itself. A sink's value is 0, so its weight gets the
    gradient 0: it is there to take from the others. A key that nobody attends
    to (W = 0) receives no gradient at all.
    """
    q, k, v, sinks, scale, slope, weights, kept, rate = cache
    seen = without_sinks(weights, sinks)                   # (..., H, T, S)
    dy = rows(dy, k)
    dv = rows(drop(seen, kept, rate), k).mT @ dy           # (..., G, S, K)
    dseen = drop(heads(dy @ v.mT, q), kept, rate)          # (..., H, T, S)
    none = None if sinks is None else np.zeros_like(sinks)
    dweights, _ = with_sinks(dseen, None, none)
    dscores = softmax_backward(dweights, weights)
    dsinks = () if sinks is None else (by_head(dscores[..., -1]),)
    dscores = uncap(without_sinks(dscores, sinks), slope)  # (..., H, T, S)
    dscores = rows(dscores, k)                             # (..., G, H/G T, S)
    dq = heads(dscores @ k * scale, q)                     # (..., H, T, K)
    dk = dscores.mT @ rows(q, k) * scale                   # (..., G, S, K)
    return dq, dk, dv, *dsinks


def by_head(x):
    """(..., H, T) -> (H,): added up"""
    return x.sum(-1).reshape(-1, x.shape[-2]).sum(0)
