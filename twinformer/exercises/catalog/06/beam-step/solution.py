"""Of all texts that are one token longer, the likeliest."""
import numpy as np


def best_continuations(scores, log_probs, count):
    """scores (K,), log_probs (K, V) -> beams, tokens, scores, (count,) each"""
    V = log_probs.shape[-1]
    # <answer>
    totals = (scores[:, None] + log_probs).reshape(-1)
    order = np.argsort(-totals, kind="stable")[:count]
    return order // V, order % V, totals[order]
    # </answer>
