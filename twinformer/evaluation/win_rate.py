"""Which of two models answers better, and how sure that is.

Each pair of answers is a win, a tie or a loss of the first model. Its win
rate counts ties as half a win, so that two equal models are at 0.5 however
often they tie. The interval is a bootstrap (Efron 1979): pairs are drawn anew
many times, and the middle 95 % of the win rates are told. Beside it stands
the sign test, which looks at decided pairs only: how often would two equal
models differ as much?
"""
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ..io.extras import library
from .scores import check_same_answers

__all__ = ["WinRate", "outcomes_of_scores", "win_rate"]


@dataclass(frozen=True)
class WinRate:
    """The first model against the second one.

    Attributes
    ----------
    rate : float
        (wins + ties / 2) / all
    low, high : float
        The interval around it.
    p_value : float
        Of the two-sided sign test; 1 where no pair is decided.
    left_out : int
        Pairs of which one answer has no score.
    """

    wins: int
    ties: int
    losses: int
    rate: float
    low: float
    high: float
    p_value: float
    left_out: int


def outcomes_of_scores(ours: Sequence[float | None],
                       theirs: Sequence[float | None],
                       margin: float = 0.0) -> list[int | None]:
    """1 where ours is higher, -1 where theirs is, 0 for a tie, None = no score

    margin : scores that are no further apart are a tie.
    """
    check_same_answers(ours, theirs)
    return [None if a is None or b is None
            else int(a - b > margin) - int(b - a > margin)
            for a, b in zip(ours, theirs)]


def win_rate(outcomes: Sequence[int | None], *, confidence: float = 0.95,
             samples: int = 10_000, seed: int = 123) -> WinRate:
    """Count outcomes of 1, 0, -1 or None.

    Parameters
    ----------
    confidence : float
        Share of bootstrapped win rates in the interval.
    samples, seed : int
        Of the bootstrap.

    Raises
    ------
    ValueError
        Where no pair has an outcome.
    """
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, got "
                         f"{confidence}; 0.95 is usual")
    wins, ties, losses = (sum(each == kind for each in outcomes)
                          for kind in (1, 0, -1))
    n = wins + ties + losses
    if not n:
        raise ValueError("there is no pair in which both answers are scored")
    # To draw n pairs of n with replacement is to draw how many of each kind
    drawn = np.random.default_rng(seed).multinomial(
        n, np.array([wins, ties, losses]) / n, samples)    # (samples, 3)
    rates = drawn @ np.array([1, 0.5, 0]) / n              # (samples,)
    tail = (1 - confidence) / 2
    low, high = np.quantile(rates, [tail, 1 - tail]).tolist()
    p_value = 1.0
    if wins + losses:
        stats = library("scipy.stats", "evaluate", "to compare texts and judges")
        p_value = float(stats.binomtest(wins, wins + losses).pvalue)
    return WinRate(wins, ties, losses, (wins + ties / 2) / n, low, high,
                   p_value, len(outcomes) - n)
