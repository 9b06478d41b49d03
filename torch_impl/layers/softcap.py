"""Softcap: scores, or logits, that cannot grow without limit, which kept the
training of Gemma 2 stable. Small ones stay as they are.

Shapes: ... = any axes.
"""
import torch

__all__ = ["soft_cap"]


def soft_cap(x, cap):
    """y = cap tanh(x / cap), between -cap and cap. None: no cap, y = x.

    Bello et al. 2016 (arXiv:1611.09940); Gemma 2 (arXiv:2408.00118), section
    2. x (...) -> y (...)
    """
    return x if cap is None else cap * torch.tanh(x / cap)
