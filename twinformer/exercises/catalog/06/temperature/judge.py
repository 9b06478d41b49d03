"""Temperatures of all kinds, 0 and next to it among them."""
import numpy as np

from numpy_impl import next_probabilities


def case(source):
    return {"logits": np.round(source.numbers((source.size(6),))),
            "temperature": source.choice([0.0, 0.0, 0.001, 0.5, 1.0, 2.0])}


def truth(logits, temperature):
    return next_probabilities(logits, temperature)
