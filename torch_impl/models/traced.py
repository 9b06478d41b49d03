"""Models as torch.export can follow them: functions of tensors alone, of any
batch and any length, in which nothing depends on the numbers.

Two things here do depend on them, and have another form for it: keys and
values of the past are inputs and outputs, not a cache that is written in
place; and each expert takes the rows that chose it, be they none.

Shapes: B batch, T new tokens, P tokens of the past, S = P + T, D model width,
V vocabulary, G key/value heads, K head width, N = B T, E experts, k of them a
token.
"""
from dataclasses import replace

import torch

from ..layers.mixture_of_experts import MixtureOfExperts
from ..layers.module import Module

__all__ = ["TracedBert", "TracedDecoder", "TracedExperts", "traceable"]


def traceable(model):
    """The model, with experts that can be followed in place of its own."""
    for block in model.blocks:
        if isinstance(block.feed_forward, MixtureOfExperts):
            block.feed_forward = TracedExperts(block.feed_forward)
    return model.eval()


class TracedDecoder(Module):
    """A model that writes; with the past, or on whole texts alone.

    Where a text begins, the past is of no tokens: so one function is enough
    for a prompt and for each token after it.
    """

    def __init__(self, model):
        super().__init__()
        self.model = traceable(model)

    def forward(self, input_ids, attention_mask, past=None):
        """input_ids (B, T), attention_mask (B, S), past: k, v (B, G, P, K) of
        each block -> logits (B, T, V), and k, v (B, G, S, K) of each block

        attention_mask : 1 for the tokens of a text, 0 for what prompts of
            unequal lengths were filled up with, on the left
        """
        T, S = input_ids.shape[1], attention_mask.shape[1]
        real = attention_mask > 0                          # (B, S)
        places = attention_mask.cumsum(1) - 1              # (B, S)
        positions = places.clamp(min=0)[:, S - T:]         # (B, T)
        query = torch.arange(S - T, S)[:, None]            # (T, 1)
        key = torch.arange(S)                              # (S,)
        mask = (key <= query) & real[:, None]              # (B, T, S)
        mask = mask | (key == query)  # padding sees itself, lest it be NaN
        if past is None:
            return self.model(
                input_ids, positions=positions, mask=mask)
        caches = [TracedPast(k, v, mask) for k, v in past]
        logits = self.model(input_ids, past=caches, positions=positions)
        return logits, [(cache.k, cache.v) for cache in caches]


class TracedPast:
    """In place of a KVCache: the keys and values of the past, and of more."""

    length = 0  # how many tokens there are, only the positions say

    def __init__(self, k, v, mask):
        self.k, self.v, self.mask = k, v, mask

    def entering(self, context):
        """The Context of the layer whose keys and values these are."""
        return replace(context, kv_cache=self, mask=self.mask)

    def extend(self, k, v, documents=None):
        """k, v (B, G, T, K) of new tokens -> (B, G, S, K) of all so far"""
        self.k = torch.cat([self.k, k], 2)
        self.v = torch.cat([self.v, v], 2)
        return self.k, self.v, None


class TracedBert(Module):
    """A BERT: which token stands at each place, and the vectors of them."""

    def __init__(self, model):
        super().__init__()
        self.model = model.eval()

    def forward(self, input_ids, attention_mask, token_type_ids):
        """All (B, T) -> logits (B, T, V), hidden (B, T, D)"""
        T = input_ids.shape[1]
        real = attention_mask[:, None] > 0                 # (B, 1, T)
        mask = real | torch.eye(T, dtype=torch.bool)       # (B, T, T)
        hidden = self.model(
            input_ids, mask=mask, segments=token_type_ids)
        return self.model.head(hidden), hidden


class TracedExperts(Module):
    """y = sum over all experts e of share_e expert_e(x), as in
    mixture_of_experts.py

    There, tokens are sorted by their expert, and who has none is passed over.
    Here every expert looks for its own tokens, so that all are in the graph;
    it still works on no others.
    """

    def __init__(self, mixture):
        super().__init__()
        self.router, self.experts = mixture.router, mixture.experts
        self.route, self.shared = mixture.route, mixture.shared

    def forward(self, x, context):
        """x (..., D) -> y (..., D)"""
        rows = x.reshape(-1, x.shape[-1])                  # (N, D)
        logits = self.router(rows, context)                # (N, E)
        weights, chosen = self.route(logits)               # (N, k)
        y = torch.zeros_like(rows)                         # (N, D)
        for e, expert in enumerate(self.experts):
            share = weights.where(chosen == e, 0).sum(-1)  # (N,)
            own = (chosen == e).any(-1).nonzero()[:, 0]    # (n,)
            output = expert(rows[own], context)            # (n, D)
            y = y.index_add(0, own, share[own, None] * output)
        if self.shared is not None:
            y = y + self.shared(rows, context)
        return y.reshape(x.shape)
