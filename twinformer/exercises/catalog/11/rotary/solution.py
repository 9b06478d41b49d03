"""Rotary positions: pairs of features, turned."""
import numpy as np  # noqa: F401


def rotate(x, cos, sin, interleaved=False):
    """x (..., T, K), cos, sin (..., T, R/2) -> y (..., T, K)"""
    R = 2 * cos.shape[-1]
    # <answer>
    if interleaved:
        first, second = slice(0, R, 2), slice(1, R, 2)
    else:
        first, second = slice(0, R // 2), slice(R // 2, R)
    x1, x2 = x[..., first], x[..., second]                 # (..., T, R/2)
    y = x.copy()                                           # (..., T, K)
    y[..., first] = x1 * cos - x2 * sin
    y[..., second] = x1 * sin + x2 * cos
    return y
    # </answer>


def rotate_backward(dy, cos, sin, interleaved=False):
    """dy (..., T, K) -> dx (..., T, K)"""
    # <answer>
    return rotate(dy, cos, -sin, interleaved)
    # </answer>


def there_and_back(x, dy, cos, sin, interleaved):
    """What is checked: both of them; given."""
    return rotate(x, cos, sin, interleaved), rotate_backward(dy, cos, sin, interleaved)
