"""Attention weights of a model that writes from left to right."""
import numpy as np


def causal_weights(scores):
    """scores (T, T): query t, key s -> weights (T, T), rows sum to 1"""
    T = len(scores)
    seen = np.tri(T, dtype=bool)
    scores = np.where(seen, scores, -np.inf)
    e = np.exp(scores - scores.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)
