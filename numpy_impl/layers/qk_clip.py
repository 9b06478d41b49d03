"""QK-clipping: heads whose scores grow too large are held back, by their own
weights. A score is a product of two things that learn, and nothing bounds it;
where it grows, softmax saturates, and training may break off.

Shapes: B batch, T query positions, S key positions, H query heads, G key
heads, K head width.
"""
import math
from typing import Any

import numpy as np

__all__ = ["QKClip", "largest_scores", "scale_heads"]


class QKClip:
    """After a step: of each head whose largest score s was above tau,

        scores = scores * tau / s

    for all texts and from now on, as queries and keys shrink by the root of
    that. Kimi Team 2025 (arXiv:2507.20534), algorithm 1, which calls Muon with
    it MuonClip; tau = 100 there.

        clip = QKClip(100.0)
        logits, cache = model.forward(ids, qk_clip=clip)   # any number of them
        ...                                                # the optimizer's
        clip.step()

    The largest is over every pair of a query and a key, as in the paper: over
    those too that a mask hides, for which a head is clipped a little earlier.
    """

    def __init__(self, tau: float):
        self.tau = tau
        self.largest: dict[Any, Any] = {}

    def append(self, layer, q, k, scale=None):
        """What an attention layer computes with, q (B, H, T, K), k (B, G, S,
        K): its largest scores are remembered until the step."""
        scale = 1 / math.sqrt(q.shape[-1]) if scale is None else scale
        found = largest_scores(q, k, scale, self.tau)      # (H,)
        before = self.largest.get(layer, found)            # (H,)
        self.largest[layer] = np.maximum(before, found)

    def step(self) -> None:
        """Shrink what is to be shrunk, and forget."""
        for layer, largest in self.largest.items():
            above = np.isfinite(largest) & (largest > self.tau)
            if above.any():
                factor = self.tau / np.where(above, largest, self.tau)
                layer.shrink_scores(factor.astype(largest.dtype))
        self.largest = {}


def largest_scores(q, k, scale, tau):
    """(H,) of each head its largest score, exact where above tau; else any
    number not below it, and not above tau.

    By Cauchy and Schwarz, q . k <= |q| |k|: where the longest query and the
    longest key of a text cannot reach tau, no product is needed. So it costs
    next to nothing until a head comes near.
    """
    B, H, T, K = q.shape
    r = H // k.shape[1]
    longest = [np.sqrt((a * a).sum(-1)).max(-1) for a in (q, k)]
    bound = longest[0] * np.repeat(longest[1], r, 1) * abs(scale)  # (B, H)
    largest = bound.max(0)                                 # (H,)
    for h in np.flatnonzero(~(largest <= tau)):
        scores = q[:, h] @ k[:, h // r].mT * scale         # (B, T, S)
        largest[h] = scores.max()
    return largest


def scale_heads(linear, factor):
    """Multiply what a Linear makes for each head, of len(factor)."""
    for array in linear.parameters():
        heads = array.reshape(len(factor), -1)             # (H, K D) or (H, K)
        heads *= factor[:, None]
