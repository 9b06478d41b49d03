"""Logits processing: what a text says so far, or its reader wants, changes the
scores of the tokens that may follow, before one of them is picked.

Shapes: B = rows, T = tokens so far, V = vocabulary.
"""
import numpy as np

from twinformer.generation.choices import Choices
from twinformer.generation.options import (
    check_logit_bias, check_repetition_penalty,
)

__all__ = ["LogitsProcessor", "penalise_repetition", "seen_tokens",
           "allow_only"]


def penalise_repetition(logits, seen, penalty: float):
    """Logits of tokens that were there already, moved towards "unlikely".

        logit / penalty   where it is positive
        logit * penalty   where it is negative

    Keskar et al. 2019 (CTRL, arXiv:1909.05858), section 4.1, divide all; but
    a negative logit would rise by it. Adding a constant to all logits is no
    longer without effect: this is a rule of thumb, and no probability.
    logits (B, V), seen (B, V) boolean -> (B, V)
    """
    penalised = np.where(logits > 0, logits / penalty, logits * penalty)
    return np.where(seen, penalised, logits)               # (B, V)


def seen_tokens(ids, vocab_size: int, padding=None):
    """ids (B, T) -> boolean (B, V), True for the tokens of a row

    padding (B,): so many columns in front of each row are none of its.
    """
    if padding is not None:  # whatever fills them up: the last token, again
        columns = np.arange(ids.shape[1])                  # (T,)
        filled_up = columns < padding[:, None]             # (B, T)
        ids = np.where(filled_up, ids[:, -1:], ids)
    seen = np.zeros((len(ids), vocab_size), bool)          # (B, V)
    np.put_along_axis(seen, ids, True, -1)
    return seen


def allow_only(logits, allowed):
    """logits (B, V), allowed: for each row a list of ids -> -inf elsewhere

    Softmax divides by the sum of what is left: the probabilities of the
    allowed tokens keep their proportions, and add up to 1.
    """
    mask = np.zeros(logits.shape, bool)                    # (B, V)
    for row, ids in zip(mask, allowed, strict=True):
        row[ids] = True
    return np.where(mask, logits, -np.inf)                 # (B, V)


class LogitsProcessor:
    """What is asked of a text besides its likelihood, ready to be applied.

    vocab_size : of the model
    repetition_penalty : above 1 makes tokens that are in the prompt or the
        text less likely, below 1 more; 1 leaves them
    logit_bias : {token id: number}, added to its logit at every step; -inf
        forbids it
    choices : sequences of token ids, one of which the new text has to be
    stop : what ends a choice
    max_new_tokens : has to be enough for the longest choice

    Applied in this order, which is that of transformers: bias, repetition
    penalty, choices.

    Raises
    ------
    ValueError, TypeError
        An option is bad.
    """

    def __init__(self, vocab_size: int, *, repetition_penalty: float = 1.0,
                 logit_bias=None, choices=None, stop=None,
                 max_new_tokens: int = 0):
        check_repetition_penalty(repetition_penalty)
        self.penalty = repetition_penalty
        bias = check_logit_bias(logit_bias, vocab_size)
        values = np.zeros(vocab_size, dtype=np.float64)
        for token, value in bias.items():
            values[token] = value
        self.bias = values if bias else None               # (V,)
        self.choices = None if choices is None else Choices(choices, stop)
        if self.choices:
            self.choices.check(vocab_size, max_new_tokens)

    def __call__(self, logits, ids, n_prompt: int, padding=None):
        """logits (B, V) of what follows ids (B, T) -> logits (B, V)

        n_prompt : so many columns of ids are prompt, the others new text
        padding : (B,) or None, as for seen_tokens
        """
        if self.bias is not None:
            logits = logits + self.bias                    # (B, V)
        if self.penalty != 1:
            seen = seen_tokens(ids, logits.shape[-1], padding)
            logits = penalise_repetition(logits, seen, self.penalty)
        if self.choices:
            new = ids[:, n_prompt:].tolist()
            logits = allow_only(logits, map(self.choices.allowed, new))
        return logits                                      # (B, V)
