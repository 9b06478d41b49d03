"""Pairs that are won, lost, and lost by far."""
import numpy as np

from numpy_impl import dpo_loss


def case(source):
    B, far = source.size(4), source.choice([1.0, 1.0, 1e5])
    names = ("chosen", "rejected", "reference_chosen", "reference_rejected")
    return {name: -far * np.abs(source.numbers((B,))) for name in names} | {
        "beta": source.choice([0.1, 0.5])}


def truth(chosen, rejected, reference_chosen, reference_rejected, beta):
    margins = chosen - reference_chosen - rejected + reference_rejected
    return dpo_loss(margins, beta)[0].mean()
