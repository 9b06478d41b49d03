"""Rotary positions: instead of adding a vector for its position to a token,
turn its queries and keys by an angle that grows with the position. A score is
a product of both, and so depends on how far apart they are, not on where.

Shapes: ... = any leading axes (batch, head), T = positions, K = head width,
R = features that are turned, in pairs; the last K - R stay as they are.
"""
import numpy as np

from twinformer.checks import check_pairs

from .rotary_frequencies import (
    rotary_frequencies, yarn_attention_factor, yarn_frequencies,
)

__all__ = ["Rotary", "rotate", "rotate_backward"]


class Rotary:
    """The angles of every position: position * frequency of each pair.

    Su et al. 2021 (arXiv:2104.09864), section 3.2. Nothing in it learns.

    frequencies : (R/2,) radians a token, from rotary_frequencies.py
    interleaved : whether pairs are neighbours, (0, 1), (2, 3), ..., as in the
        paper, Meta's Llama files and llama2.c; else a feature's partner is
        half of R away, (0, R/2), (1, R/2 + 1), ..., as in Hugging Face's
    factor : by how much what is turned is lengthened; see YaRN
    """

    def __init__(self, frequencies, interleaved: bool = False,
                 factor: float = 1.0):
        self.frequencies = frequencies
        self.interleaved = interleaved
        self.factor = factor

    @classmethod
    def plain(cls, dim: int, theta: float = 10000.0,
              interleaved: bool = False):
        """The angles of the paper, for R = dim features of each head."""
        return cls(rotary_frequencies(dim, theta), interleaved)

    @classmethod
    def yarn(cls, dim: int, theta: float, factor: float,
             original_length: int, truncate: bool = True):
        """The angles of a model that was taught to read longer texts."""
        frequencies = rotary_frequencies(dim, theta)
        if factor > 1:
            frequencies = yarn_frequencies(
                frequencies, theta, factor, original_length,
                truncate=truncate)
        return cls(frequencies, factor=yarn_attention_factor(factor))

    def waves(self, positions, x):
        """positions (T,) or (B, T) -> cos, sin (T, R/2) or (B, 1, T, R/2), of
        the dtype of x, which is to be turned

        In double precision, until they are waves: in single precision the
        angles of far positions would lose most of their decimal places.
        """
        if isinstance(positions, slice):
            positions = np.arange(positions.start, positions.stop)
        angle = positions[..., None] * self.frequencies
        if angle.ndim == 3:
            angle = angle[:, None]  # the same for all heads
        cos, sin = np.cos(angle), np.sin(angle)
        return ((cos * self.factor).astype(x.dtype),
                (sin * self.factor).astype(x.dtype))


def rotate(x, cos, sin, interleaved=False):
    """Turn each pair (x1, x2) by its angle: x1 cos - x2 sin, x1 sin + x2 cos

    x (..., T, K), cos and sin (..., T, R/2) -> y (..., T, K)
    """
    R = 2 * cos.shape[-1]
    check_pairs(R, x.shape[-1])
    first, second = pairs(R, interleaved)
    x1, x2 = x[..., first], x[..., second]                 # (..., T, R/2)
    y = x.copy()                                           # (..., T, K)
    y[..., first] = x1 * cos - x2 * sin
    y[..., second] = x1 * sin + x2 * cos
    return y


def pairs(R, interleaved):
    """Where the first and the second feature of every pair stand."""
    if interleaved:
        return slice(0, R, 2), slice(1, R, 2)
    return slice(0, R // 2), slice(R // 2, R)


def rotate_backward(dy, cos, sin, interleaved=False):
    """dy (..., T, K) -> dx (..., T, K): turned back by the same angle

    The transpose of a rotation is its inverse: the gradient arrives turned,
    and its length stays what it was. The angles do not learn.
    """
    return rotate(dy, cos, -sin, interleaved)
