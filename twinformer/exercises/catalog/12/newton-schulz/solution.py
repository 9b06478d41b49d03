"""The nearest orthogonal matrix, about, by products alone."""
import numpy as np

COEFFICIENTS = 3.4445, -4.7750, 2.0315


def newton_schulz(x, steps):
    """x (m, n) -> y (m, n), with singular values of about 1"""
    a, b, c = COEFFICIENTS
    # <answer>
    tall = x.shape[0] > x.shape[1]
    y = x.T if tall else x
    y = y / max(np.sqrt((y * y).sum()), 1e-7)
    for _ in range(steps):
        gram = y @ y.T
        y = a * y + (b * gram + c * gram @ gram) @ y
    return y.T if tall else y
    # </answer>
