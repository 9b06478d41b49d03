"""Soft cap: bends large numbers so that none is larger than the cap. Scores
and logits that grow without end make training unstable.

Shapes: x any shape; every element is treated alone.
"""
import torch

__all__ = ["softcap"]


def softcap(x, cap: float):
    """y = cap tanh(x / cap): x itself where it is small beside the cap.

    Gemma team 2024 (arXiv:2408.00118), section 2.
    """
    return cap * torch.tanh(x / cap)
