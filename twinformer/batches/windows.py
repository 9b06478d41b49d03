"""What windows of a text ask of its tokens and of their length."""
import numpy as np

__all__ = ["check_windows"]


def check_windows(tokens, max_length: int, stride: int | None) -> int:
    """-> stride, max_length where it is None

    Raises ValueError where the text is shorter than one window, or a length
    below 1; TypeError where tokens are no (N,) integers.
    """
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
