"""Token ids -> windows: what a model reads, and what it should say.

A language model learns to predict the next token at every position, so the
target of a window is the same window one step later:

    tokens   5  3  8  1  9  4
    inputs   5  3  8  1
    targets     3  8  1  9

Shapes: N = tokens of the corpus, W windows, T max_length.
"""
import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

__all__ = ["sliding_windows"]


def sliding_windows(tokens: np.ndarray, max_length: int,
                    stride: int | None = None):
    """tokens (N,) -> inputs (W, T), targets (W, T): views, nothing is copied

    Windows start at 0, stride, 2 * stride, ... (default: max_length, so that
    no token is an input twice). What is left at the end and does not fill a
    window is not used: fewer than max(stride, max_length) tokens.

    Raises ValueError where the corpus is shorter than one window.
    """
    stride = check_windows(tokens, max_length, stride)
    windows = sliding_window_view(tokens, max_length + 1)[::stride]
    return windows[:, :-1], windows[:, 1:]


def check_windows(tokens, max_length: int, stride: int | None) -> int:
    """-> stride; raises the errors of ``sliding_windows``"""
    stride = max_length if stride is None else stride
    if max_length < 1 or stride < 1:
        raise ValueError("max_length and stride must be at least 1, not "
                         f"{max_length} and {stride}")
    if tokens.ndim != 1 or not np.issubdtype(tokens.dtype, np.integer):
        raise TypeError("tokens must be one-dimensional and of an integer "
                        f"dtype, not {tokens.dtype} {tokens.shape}")
    if len(tokens) <= max_length:
        raise ValueError(
            f"a window of max_length {max_length} needs {max_length + 1} "
            f"tokens (the last is a target only), but there are "
            f"{len(tokens)}: use a longer text or a smaller max_length")
    return stride
