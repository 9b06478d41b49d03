"""LoRA: a weight, and a thin correction beside it."""
import numpy as np  # noqa: F401


def lora(x, W, A, B, alpha):
    """x (..., D), W (F, D), A (R, D), B (F, R) -> y (..., F)"""
    # <answer>
    return x @ W.T + alpha / len(A) * (x @ A.T) @ B.T
    # </answer>
