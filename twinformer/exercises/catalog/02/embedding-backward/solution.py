"""Embedding: a table with a vector for each token."""
import numpy as np


class Embedding:
    """y = weight[ids]"""

    def __init__(self, n_tokens, dim):
        self.weight = np.zeros((n_tokens, dim))
        self.dweight = np.zeros((n_tokens, dim))

    def forward(self, ids):
        """ids (...) -> y (..., D), cache"""
        return self.weight[ids], ids

    def backward(self, dy, ids):
        """dy (..., D) -> nothing; adds to dweight (V, D)"""
        # <answer>
        np.add.at(self.dweight, ids, dy)
        # </answer>
