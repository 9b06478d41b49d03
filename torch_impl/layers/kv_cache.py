"""The key/value cache: while a text is generated, the keys and values of the
tokens that are there already never change, as no token sees a later one. Kept,
they leave one token's work for each new token instead of the whole text's.

Shapes: B batch, H heads, T new positions, S all positions, K head width.
"""
__all__ = ["KVCache"]


class KVCache:
    """The keys and values of one attention layer, for up to capacity tokens.

    Shazeer 2019 (arXiv:1911.02150), section 2.4. For inference only: there is
    no backward through it.
    """

    def __init__(self, capacity: int):
        self.capacity = capacity
        self.length = 0
        self.k = self.v = None

    def extend(self, k, v):
        """k, v (B, H, T, K) of new tokens -> (B, H, S, K) of all so far

        Raises
        ------
        ValueError
            If that would be more than capacity tokens.
        """
        B, H, T, K = k.shape
        end = self.length + T
        if end > self.capacity:
            raise ValueError(f"the cache holds {self.capacity} positions, got "
                             f"{end}; start a new one with the latest tokens")
        if self.k is None:
            self.k = k.new_empty(B, H, self.capacity, K)
            self.v = v.new_empty(B, H, self.capacity, K)
        self.k[:, :, self.length:end] = k
        self.v[:, :, self.length:end] = v
        self.length = end
        return self.k[:, :, :end], self.v[:, :, :end]
