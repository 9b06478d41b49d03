"""How likely a model finds words that are given to it.

Nothing is generated: each candidate ending of a text is put behind it, and
the model's own probabilities say which one it believes in. That is how models
that follow no instructions take tests of multiple choice (Brown et al. 2020,
arXiv:2005.14165, section 2.4), and how every text is measured.

Shapes: N rows, B batch, T positions, P positions that are read, V vocabulary.
"""
from collections.abc import Callable, Sequence
import numpy as np

from twinformer.batches.collate import IGNORE
from ..training.loss import cross_entropy
from twinformer.batches.choice_rows import (
    ChoiceScores,    batches_by_length, check_choices, choice_batch,
)

__all__ = ["choice_log_likelihoods", "log_likelihoods"]


def log_likelihoods(model, inputs, targets, read=None):
    """inputs, targets (B, T) -> log p (B, T), likeliest (B, T) bool

    ln p(target | inputs up to its position), 0 where the target is -100; and
    whether no token is likelier (of equals, the one with the lowest id is).

    read : (B, P), the positions of the targets (B, P); None = one of each
    """
    logits, _ = model.forward(inputs, read=read)           # (B, T or P, V)
    nats, _ = cross_entropy(logits, targets, reduction="none")
    likeliest = logits.argmax(-1) == targets               # (B, T or P)
    return -nats, likeliest


def choice_log_likelihoods(
    model,
    contexts: Sequence[Sequence[int]],
    choices: Sequence[Sequence[int]],
    batch_size: int = 16,
    progress: Callable[[int], None] | None = None,
) -> ChoiceScores:
    """ln p(choice | context) = sum_t ln p(choice_t | context, choice_<t)

    Parameters
    ----------
    model : a model of models/
        Nothing is dropped out.
    contexts, choices : N rows of token ids
        Each choice is scored behind the context of the same row. Of a row
        that is longer than the model's context, the beginning is left out.
    batch_size : int
        Rows at once: speed and memory, not the result.
    progress : callable
        Is told how many rows are scored.

    Raises
    ------
    ValueError
        Where a context or a choice is empty, or a choice is too long.
    """
    T = model.config.context_length
    check_choices(contexts, choices, T)
    scores = np.zeros(len(choices))                        # (N,)
    greedy = np.zeros(len(choices), bool)                  # (N,)
    lengths = [len(context) + len(choice)
               for context, choice in zip(contexts, choices)]
    done = 0
    for rows in batches_by_length(lengths, batch_size):
        inputs, read, targets = choice_batch(
            [contexts[row] for row in rows],
            [choices[row] for row in rows], T)             # (B, T), (B, P) x 2
        logp, likeliest = log_likelihoods(model, inputs, targets, read)
        scores[rows] = logp.sum(-1, dtype=np.float64)      # (B,)
        greedy[rows] = (likeliest | (targets == IGNORE)).all(-1)
        done += len(rows)
        if progress:
            progress(done)
    return ChoiceScores(scores, greedy)
