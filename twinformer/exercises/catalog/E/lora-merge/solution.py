"""LoRA, merged into the weight."""
import numpy as np  # noqa: F401


def merged(W, A, B, alpha):
    """W (F, D), A (R, D), B (F, R) -> (F, D)"""
    # <answer>
    return W + alpha / len(A) * B @ A
    # </answer>
