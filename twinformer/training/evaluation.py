"""How good a model is on a text: nats per token and bits per byte.

Nats per token is what training lowers; it depends on how long the tokens
are. Bits per byte does not: models with different tokenizers can be
compared by it, and it is the size to which the model could compress the
text.

Shapes: N = tokens, B = batch, T = positions, V = vocabulary.
"""
import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from ..ranks import current_ranks

__all__ = ["Evaluation", "evaluate", "spread_windows"]


@dataclass(frozen=True)
class Evaluation:
    """The loss of a model on a stretch of text.

    Attributes
    ----------
    nats : float
        Sum of -ln p(token) over all tokens that were predicted.
    tokens, bytes : int
        How many tokens those were, and of how many bytes of text.
    """

    nats: float
    tokens: int
    bytes: int

    @property
    def nats_per_token(self) -> float:
        return self.nats / self.tokens

    @property
    def bits_per_byte(self) -> float:
        """NaN where the tokens stand for no bytes (special tokens only)."""
        if not self.bytes:
            return math.nan
        return self.nats / math.log(2) / self.bytes

    @property
    def perplexity(self) -> float:
        return math.exp(min(self.nats_per_token, 700.0))  # no overflow


def evaluate(
    learner,
    tokens,
    bytes_per_token: np.ndarray,
    *,
    context_length: int,
    batch_size: int,
    batches: int = 0,
) -> Evaluation:
    """Measure a learner on windows that do not overlap.

    Parameters
    ----------
    learner : Learner
    tokens : (N,) integer array, or ShardedTokens
    bytes_per_token : (V,) integer array
    context_length, batch_size : int
        Shape of the batches (B, T).
    batches : int
        How many batches, spread evenly over the text; 0 = all of it, up to
        the rest that does not fill a window.

    Raises
    ------
    ValueError
        Where the text is shorter than one window.
    """
    nats, count, size, ranks = 0.0, 0, 0, current_ranks()
    for batch, counts in ranks.deal(spread_windows(
            len(tokens), context_length, batch_size, batches)):  # (B, T)
        inputs = tokens[batch].astype(np.int64)            # (B, T)
        targets = tokens[batch + 1].astype(np.int64)       # (B, T)
        batch_nats, batch_count = learner.evaluate((inputs, targets))
        if counts:
            nats += batch_nats
            count += batch_count
            size += int(bytes_per_token[targets].sum())
    nats, *numbers = ranks.sums(nats, count, size)
    return Evaluation(nats, *map(int, numbers))


def spread_windows(length: int, T: int, batch_size: int,
                   batches: int = 0) -> Iterator[np.ndarray]:
    """The positions (B, T) of windows that do not overlap, spread evenly over
    a text of that length; see evaluate. Behind each there is one more token.
    """
    windows = (length - 1) // T
    if windows < 1:
        raise ValueError(f"the text has {length} tokens, one window "
                         f"needs {T + 1}")
    wanted = min(windows, batches * batch_size or windows)
    chosen = np.arange(wanted) * windows // wanted         # (windows,)
    positions = chosen[:, None] * T + np.arange(T)         # (windows, T)
    for start in range(0, wanted, batch_size):
        yield positions[start:start + batch_size]          # (B, T)
