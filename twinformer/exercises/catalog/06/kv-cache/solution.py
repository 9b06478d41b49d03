"""Keys and values of the tokens so far."""
import numpy as np


class Cache:
    """Of one attention layer, for up to capacity tokens."""

    def __init__(self, capacity):
        self.capacity = capacity
        self.length = 0
        self.k = self.v = None

    def extend(self, k, v):
        """k, v (B, G, T, K) of new tokens -> (B, G, S, K) of all so far"""
        # <answer>
        end = self.length + k.shape[2]
        if end > self.capacity:
            raise ValueError(f"the cache holds {self.capacity} tokens, got {end}")
        if self.k is None:
            shape = (*k.shape[:2], self.capacity, k.shape[3])
            self.k, self.v = np.empty(shape, k.dtype), np.empty(shape, v.dtype)
        self.k[:, :, self.length:end] = k
        self.v[:, :, self.length:end] = v
        self.length = end
        return self.k[:, :, :end], self.v[:, :, :end]
        # </answer>
