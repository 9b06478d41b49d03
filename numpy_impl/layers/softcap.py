"""Soft cap: bends large numbers so that none is larger than the cap. Scores
and logits that grow without end make training unstable.

Shapes: x any shape; every element is treated alone.
"""
import numpy as np

__all__ = ["softcap", "softcap_backward"]


def softcap(x, cap: float):
    """y = cap tanh(x / cap): x itself where it is small beside the cap.

    Gemma team 2024 (arXiv:2408.00118), section 2.
    """
    return cap * np.tanh(x / cap)


def softcap_backward(dy, y, cap: float):
    """dx = dy (1 - (y / cap)^2), tanh's slope, from the output alone."""
    return dy * (1 - (y / cap) ** 2)
