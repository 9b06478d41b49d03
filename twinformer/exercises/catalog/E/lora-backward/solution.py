"""LoRA: the gradients of its input and of its two thin matrices."""
import numpy as np  # noqa: F401


def lora_backward(dy, x, W, A, B, alpha):
    """dy (N, F), x (N, D), W (F, D), A (R, D), B (F, R) -> dx, dA, dB"""
    scale = alpha / len(A)
    # <answer>
    dB = scale * dy.T @ (x @ A.T)
    ddown = scale * dy @ B
    return dy @ W + ddown @ A, ddown.T @ x, dB
    # </answer>
