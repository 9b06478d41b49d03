"""What a masked language model reads, and what it is asked: some tokens are
hidden, and are to be found from all others, before and behind.

    tokens     [CLS]  the  cat  sat  [SEP]
    inputs     [CLS]  the  [MASK]  sat  [SEP]
    targets     -100  -100  cat  -100  -100

Drawn once, in NumPy, from a seed: both packages are asked the same.

Shapes: B batch, T tokens of the longest row.
"""
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from .bert_tokens import BertTokens, one_text, two_texts
from .collate import IGNORE, padded
from .sentence_pairs import SentencePair

__all__ = ["MaskedBatch", "hide_tokens", "masked_batch", "masked_windows"]

MASKED, RANDOM = 0.8, 0.1       # of the tokens that are asked for; the others stay


class MaskedBatch(NamedTuple):
    """Pairs of texts with hidden tokens, and what is asked about them."""

    inputs: np.ndarray      # (B, T) int64
    targets: np.ndarray     # (B, T) int64: the token that stood there; IGNORE = not asked
    segments: np.ndarray    # (B, T) int64: 0 in the first text, 1 in the second
    real: np.ndarray        # (B, T) bool: False = padding
    labels: np.ndarray      # (B,) int64: 0 = the second follows the first, 1 = from elsewhere


def masked_batch(pairs: Sequence[SentencePair], tokens: BertTokens, vocab_size: int, seed,
                 share: float = 0.15) -> MaskedBatch:
    """[CLS] first [SEP] second [SEP] of each pair, with tokens hidden

    Parameters
    ----------
    seed : int or sequence of int
        With the step of a run in it, every step hides other tokens of the same texts.
    share
        Of the tokens that are asked for; no special one is.
    """
    if not pairs:
        raise ValueError("a batch needs at least one pair of texts")
    rows, segments = zip(*(two_texts(pair.first, pair.second, tokens) for pair in pairs))
    lengths = np.array(list(map(len, rows)))                    # (B,)
    T = int(lengths.max())
    ids = padded(rows, T, tokens.pad)                           # (B, T)
    real = np.arange(T) < lengths[:, None]                      # (B, T)
    text = real & ~np.isin(ids, [tokens.cls, tokens.sep])       # (B, T)
    inputs, targets = hide_tokens(ids, text, tokens.mask, vocab_size, seed, share)
    labels = np.array([int(pair.is_random) for pair in pairs])
    return MaskedBatch(inputs, targets, padded(segments, T, 0), real, labels)


def masked_windows(windows: np.ndarray, tokens: BertTokens, vocab_size: int, seed,
                   share: float = 0.15) -> MaskedBatch:
    """windows (B, T - 2) -> [CLS] window [SEP] of each, (B, T), with tokens hidden

    Pieces of a corpus in which a [SEP] ends every document; one may go over such an end. Nothing
    is padding, and no second text is asked about: labels are 0.
    Liu et al. 2019 (arXiv:1907.11692), section 4.2, FULL-SENTENCES.

    seed, share : as in masked_batch
    """
    ids = np.array([one_text(row, tokens) for row in windows])  # (B, T)
    text = ~np.isin(ids, tokens)                                # (B, T)
    inputs, targets = hide_tokens(ids, text, tokens.mask, vocab_size, seed, share)
    return MaskedBatch(inputs, targets, np.zeros_like(ids), np.ones(ids.shape, bool),
                       np.zeros(len(ids), int))


def hide_tokens(ids: np.ndarray, may_hide: np.ndarray, mask_id: int, vocab_size: int, seed,
                share: float = 0.15) -> tuple[np.ndarray, np.ndarray]:
    """ids (B, T) -> inputs (B, T), targets (B, T)

    Of each row, `share` of the tokens are asked for, at least one where any may be. Of these 80 %
    are replaced by [MASK], 10 % by any token of the vocabulary, 10 % stay: were all of them
    [MASK], a model would learn nothing of tokens that are there, and when it is used, all are.
    Devlin et al. 2018 (arXiv:1810.04805), section 3.1 and appendix C.2.

    Parameters
    ----------
    may_hide : (B, T) bool
        Which tokens may be asked for: not the special ones, and no padding.
    mask_id, vocab_size
        The id of [MASK], and how many ids there are to draw from.
    seed : int or sequence of int

    Raises
    ------
    ValueError
        For a share that is none, or mask of another shape.
    """
    if not 0 < share <= 1:
        raise ValueError(f"the share of tokens asked for is a number in (0, 1], got {share}")
    if may_hide.shape != ids.shape:
        raise ValueError(f"may_hide says of each token whether it may be hidden: expected shape "
                         f"{ids.shape}, got {may_hide.shape}")
    draw = np.random.default_rng(seed)
    n_text = may_hide.sum(1)                                    # (B,)
    n_asked = np.minimum(n_text, np.maximum(1, np.rint(share * n_text)))
    lot = np.where(may_hide, draw.random(ids.shape), np.inf)    # the lowest are asked for
    rank = lot.argsort(1, kind="stable").argsort(1, kind="stable")
    asked = rank < n_asked[:, None]                             # (B, T)

    how = draw.random(ids.shape)                                # (B, T)
    random = draw.integers(vocab_size, size=ids.shape)          # (B, T)
    inputs = np.where(asked & (how < MASKED), mask_id, ids)
    inputs = np.where(asked & (how >= 1 - RANDOM), random, inputs)
    return inputs, np.where(asked, ids, IGNORE)
