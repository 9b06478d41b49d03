"""The key/value cache: while a text is generated, the keys and values of the
tokens that are there already never change, as no token sees a later one. Kept,
they leave one token's work for each new token instead of the whole text's.

Shapes: B batch, G key/value heads, T new positions, S all positions that are
seen, K head width, W window.
"""
from dataclasses import replace

import numpy as np

__all__ = ["KVCache", "RingKVCache"]

FIRST_ROOM = 64     # tokens


class KVCache:
    """The keys and values of one attention layer, for up to capacity tokens.

    Shazeer 2019 (arXiv:1911.02150), section 2.4. For inference only: there is
    no backward through it.
    """

    def __init__(self, capacity: int):
        self.capacity = capacity
        self.length = 0  # tokens so far
        self.room = 0  # tokens for which there is memory
        self.k = self.v = self.documents = None

    def entering(self, context):
        """The Context of the layer whose keys and values these are."""
        return replace(context, kv_cache=self)

    def holds(self, length: int) -> bool:
        """Whether a text may grow to this length."""
        return length <= self.capacity

    def extend(self, k, v, documents=None):
        """k, v (B, G, T, K) of new tokens -> (B, G, S, K) of all so far

        documents (B, T), as in Context, or None -> those of all, (B, S)

        Raises
        ------
        ValueError
            If that would be more than capacity tokens.
        """
        end = self.length + k.shape[2]
        if not self.holds(end):
            raise ValueError(f"the cache holds {self.capacity} positions, got "
                             f"{end}; start a new one with the latest tokens")
        self.allocate(end, k, v, documents)
        new = slice(self.length, end)
        self.write(new, k, v, documents)
        self.length = end
        return self.read(slice(0, end))

    def allocate(self, tokens, k, v, documents):
        """Room for so many tokens, and for twice as many as before where
        there was too little: each is moved once or twice, whatever the
        length, and a short text in a long context costs no memory."""
        if tokens <= self.room:
            return
        old, start = self.room, max(tokens, FIRST_ROOM)
        self.room = min(self.capacity, max(start, 2 * old))
        self.k = grown(self.k, k, self.room, 2)
        self.v = grown(self.v, v, self.room, 2)
        if documents is not None:
            self.documents = grown(self.documents, documents, self.room, 1)

    def write(self, places, k, v, documents):
        """Put the keys and values of some tokens in their places."""
        self.k[:, :, places] = k
        self.v[:, :, places] = v
        if self.documents is not None:
            self.documents[:, places] = documents

    def read(self, places):
        """k, v (B, G, S, K), documents (B, S) or None, in these places"""
        documents = self.documents
        if documents is not None:
            documents = documents[:, places]
        return self.k[:, :, places], self.v[:, :, places], documents


class RingKVCache(KVCache):
    """The keys and values of the latest W = capacity tokens: each new one
    takes the place of the oldest.

    For layers that see a window, and for texts that outgrow the context: keys
    with rotary positions know where they stand, wherever they lie. Attention
    is a sum over keys, so that their order is none of its concern.
    """

    def holds(self, length: int) -> bool:
        """Any length: what is too old is forgotten."""
        return True

    def extend(self, k, v, documents=None):
        """k, v (B, G, T, K) of new tokens -> (B, G, S, K): of those that the
        first of them sees, and of themselves

        A single new token sees all W that are kept. The first of several
        would, if they were written first, have lost what they replaced.
        """
        T, W = k.shape[2], self.capacity
        self.allocate(min(self.length + T, W), k, v, documents)
        if T == 1:
            place = self.length % W
            self.write(slice(place, place + 1), k, v, documents)
            self.length += 1
            if documents is None:
                return self.read(slice(0, min(self.length, W)))
            # whose document is asked for stands last
            latest = np.arange(max(0, self.length - W), self.length)
            return self.read(latest % W)
        past = np.arange(max(0, self.length - W + 1), self.length)
        kept = self.read(past % W)
        k, v = (np.concatenate(pair, 2)                    # (B, G, S, K)
                for pair in zip(kept[:2], (k, v), strict=True))
        if self.documents is not None:
            documents = np.concatenate([kept[2], documents], 1)
        self.length += T
        latest = np.arange(max(0, self.length - W), self.length)
        newest = slice(k.shape[2] - len(latest), None)
        self.write(latest % W, k[:, :, newest], v[:, :, newest],
                   None if documents is None else documents[:, newest])
        return k, v, documents


def grown(old, new, room, axis):
    """Memory for so many tokens of the kind of new ones, the old ones in it.

    axis : of the tokens
    """
    shape = (*new.shape[:axis], room, *new.shape[axis + 1:])
    memory = np.empty(shape, new.dtype)
    if old is not None:
        memory.swapaxes(0, axis)[:old.shape[axis]] = old.swapaxes(0, axis)
    return memory
