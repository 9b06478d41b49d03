"""Token ids -> windows: what a model reads, and what it should say.

A language model learns to predict the next token at every position, so the
target of a window is the same window one step later:

    tokens   5  3  8  1  9  4
    inputs   5  3  8  1
    targets     3  8  1  9

Shapes: N tokens of the corpus, B windows, T max_length.
"""
import numpy as np

from twinformer.batches.windows import check_windows

__all__ = ["SlidingWindows"]


class SlidingWindows:
    """The windows of a text as a sequence of (inputs, targets).

    Source: Raschka, Build a Large Language Model (From Scratch), section 2.6,
    GPTDatasetV1, which keeps a copy of every window. Here each is cut out
    when it is asked for, so a corpus may be larger than memory.

    Parameters
    ----------
    tokens : (N,) integers
        An array, an np.memmap or ShardedTokens.
    max_length : int
        Tokens of a window.
    stride : int, optional
        From the start of a window to the start of the next; left out,
        max_length, so that no token is an input twice. What is left at the
        end and fills no window is not used.

    Raises
    ------
    ValueError
        Where the text is shorter than one window.
    """

    def __init__(self, tokens, max_length, stride=None):
        self.stride = check_windows(tokens, max_length, stride)
        self.tokens, self.max_length = tokens, max_length
        # the last target is one token behind the last input
        self.starts = range(0, len(tokens) - max_length, self.stride)

    def __len__(self):
        return len(self.starts)

    def __getitem__(self, index):
        """-> inputs (T,) int64, targets (T,) int64"""
        start = self.starts[index]
        window = self.tokens[start:start + self.max_length + 1]     # (T + 1,)
        window = window.astype(np.int64)
        return window[:-1], window[1:]

    def __getitems__(self, indices):
        """(B,) -> inputs (B, T) int64, targets (B, T) int64: many at once"""
        windows = np.empty((len(indices), self.max_length + 1), np.int64)
        for window, index in zip(windows, indices):
            start = self.starts[index]
            window[:] = self.tokens[start:start + self.max_length + 1]
        return windows[:, :-1], windows[:, 1:]
