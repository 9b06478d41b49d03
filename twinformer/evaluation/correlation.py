"""Do two judges agree? Correlations of the scores that they gave.

    Pearson     do the scores lie on a line
    Spearman    do the ranks: Pearson's of the ranks, ties sharing theirs
    Kendall     of all pairs of answers, how many more are ordered alike than
                the other way round; tau-b, which corrects for ties

A judge that is stricter than another one, or uses its scale otherwise, may
still put the same answers first: that is what the last two look at.
"""
import warnings
from collections.abc import Sequence
from dataclasses import dataclass

from ..io.extras import library
from .scores import check_same_answers

__all__ = ["Correlations", "correlations"]


@dataclass(frozen=True)
class Correlations:
    """Each in -1..1; NaN where one judge gives everyone the same score.

    Attributes
    ----------
    pairs : int
        Answers that both judges scored.
    left_out : int
        The others.
    p_values : dict
        How often unrelated judges would agree as much, by name.
    """

    pairs: int
    left_out: int
    pearson: float
    spearman: float
    kendall: float
    p_values: dict[str, float]


def correlations(ours: Sequence[float | None],
                 theirs: Sequence[float | None]) -> Correlations:
    """Of two lists of scores, in the order of the same answers.

    Raises
    ------
    ValueError
        Where they are not equally long, or fewer than three answers have
        both scores.
    """
    check_same_answers(ours, theirs)
    both = [(a, b) for a, b in zip(ours, theirs)
            if a is not None and b is not None]
    if len(both) < 3:
        raise ValueError(f"a correlation needs at least 3 answers with both "
                         f"scores, got {len(both)}")
    stats = library("scipy.stats", "evaluate", "to compare texts and judges")
    found, p_values = {}, {}
    with warnings.catch_warnings():     # a constant list: NaN says it
        warnings.simplefilter("ignore")
        for name, function in (("pearson", stats.pearsonr),
                               ("spearman", stats.spearmanr),
                               ("kendall", stats.kendalltau)):
            result = function(*zip(*both))
            found[name] = float(result.statistic)
            p_values[name] = float(result.pvalue)
    return Correlations(
        pairs=len(both), left_out=len(ours) - len(both), p_values=p_values,
        **found)
