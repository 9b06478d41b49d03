"""QK-clipping: heads whose scores grow too large are held back, by their own
weights. A score is a product of two things that learn, and nothing bounds it;
where it grows, softmax saturates, and training may break off.

Shapes: B batch, T query positions, S key positions, H query heads, G key
heads, K head width.
"""
import math
from typing import Any

import torch

from twinformer.ranks import current_ranks

from .whole_tensors import fill, whole

__all__ = ["QKClip", "largest_scores", "scale_heads"]


class QKClip:
    """After a step: of each head whose largest score s was above tau,

        scores = scores * tau / s

    for all texts and from now on, as queries and keys shrink by the root of
    that. Kimi Team 2025 (arXiv:2507.20534), algorithm 1, which calls Muon with
    it MuonClip; tau = 100 there.

        clip = QKClip(100.0)
        logits = model(ids, qk_clip=clip)                  # any number of them
        ...                                                # the optimizer's
        clip.step()

    The largest is over every pair of a query and a key, as in the paper: over
    those too that a mask hides, for which a head is clipped a little earlier.
    """

    def __init__(self, tau: float):
        self.tau = tau
        self.largest: dict[Any, Any] = {}

    @torch.compiler.disable
    @torch.no_grad()
    def append(self, layer, q, k, scale=None):
        """What an attention layer computes with, q (B, H, T, K), k (B, G, S,
        K): its largest scores are remembered until the step."""
        scale = 1 / math.sqrt(q.shape[-1]) if scale is None else scale
        found = largest_scores(q, k, scale, self.tau)      # (H,)
        before = self.largest.get(layer, found)            # (H,)
        self.largest[layer] = torch.maximum(before, found)

    @torch.no_grad()
    def step(self) -> None:
        """Shrink what is to be shrunk, and forget."""
        for layer, largest in self.largest.items():
            largest = largest_of_ranks(largest)            # (H,)
            above = torch.isfinite(largest) & (largest > self.tau)
            if above.any():
                factor = self.tau / torch.where(above, largest, self.tau)
                layer.shrink_scores(factor)
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
    longest = [torch.sqrt((a * a).sum(-1)).amax(-1) for a in (q, k)]
    bound = longest[0] * longest[1].repeat_interleave(r, 1) * abs(scale)
    largest = bound.amax(0)                                # (H,)
    for h in torch.argwhere(~(largest <= tau))[:, 0].tolist():
        scores = q[:, h] @ k[:, h // r].mT * scale         # (B, T, S)
        largest[h] = scores.max()
    return largest


def scale_heads(linear, factor):
    """Multiply what a Linear makes for each head, of len(factor)."""
    for array in linear.parameters():
        all_of = whole(array)  # of ranks' parts
        heads = all_of.view(len(factor), -1)               # (H, K D) or (H, K)
        heads *= factor[:, None]
        if all_of is not array:
            fill(array, all_of)


def largest_of_ranks(largest):
    """(H,) -> (H,), over the texts of all ranks: a meeting"""
    ranks = current_ranks()
    if ranks.data_size == 1:
        return largest
    found = ranks.maxima(largest.double().cpu().numpy())
    return torch.from_numpy(found).to(largest)
