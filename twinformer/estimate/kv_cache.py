"""What a model must remember of a text while it writes: the keys and values of every layer.

A layer with a window keeps a ring of the latest tokens, however long the text is; grouped heads
keep G of H heads (Ainslie et al. 2023, arXiv:2305.13245).
"""
from typing import Any

from .anatomy import anatomy
from .plan import FLOAT

__all__ = ["kv_cache_bytes"]


def kv_cache_bytes(model: Any, length: int, batch_size: int = 1, width: int = FLOAT) -> float:
    """Bytes of the keys and values of texts of that length.

    Parameters
    ----------
    width
        Bytes of a number: 4 in float32.
    """
    a = anatomy(model)
    if a.encoder:
        return 0.0          # it reads, and does not write
    tokens = sum(min(length, window or length) for window in a.windows)
    return 2.0 * width * batch_size * a.G * a.K * tokens
