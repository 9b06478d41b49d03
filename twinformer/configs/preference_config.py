"""How preferences are learned: the settings, and the pairs that are left out.
"""
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ..corpora.records import Preference
from .answer_config import AnswerConfig

__all__ = ["PreferenceConfig", "without_ties"]


@dataclass(frozen=True, kw_only=True)
class PreferenceConfig(AnswerConfig):
    """How pairs of answers are compared.

    Attributes
    ----------
    loss
        "dpo" pays for wider margins, "ipo" for margins of 1 / (2 beta).
    beta
        What it costs to part from the reference; larger, nearer to it.
    label_smoothing
        Share of the pairs believed to be the wrong way round ("dpo" only).
    average
        Compare answers by their mean log-probability a token, as the book
        does, instead of by that of the whole answer.
    """

    loss: Literal["dpo", "ipo"] = "dpo"
    beta: float = 0.1
    label_smoothing: float = 0.0
    average: bool = False

    def __post_init__(self):
        super().__post_init__()
        check_settings(self.loss, self.beta, self.label_smoothing)


def without_ties(pairs: Sequence[Preference]
                 ) -> tuple[list[Preference], list[int]]:
    """-> the pairs of two different answers, and the places of the others

    From equal answers there is nothing to learn: their margin is always 0.

    Raises
    ------
    ValueError
        If all of them are equal.
    """
    ties = [number for number, pair in enumerate(pairs)
            if pair.chosen.strip() == pair.rejected.strip()]
    if len(ties) == len(pairs):
        raise ValueError(f"all {len(pairs)} pairs have equal answers: there "
                         "is nothing to prefer in them")
    return [pair for number, pair in enumerate(pairs)
            if number not in set(ties)], ties


def check_settings(loss, beta, label_smoothing):
    """ValueError unless a loss over pairs can have these settings."""
    if loss not in ("dpo", "ipo"):
        raise ValueError(f"the loss must be dpo or ipo, got {loss!r}")
    if not beta > 0:
        raise ValueError(f"beta must be positive, got {beta}; 0.1 is usual")
    if not 0 <= label_smoothing <= 0.5:
        raise ValueError(
            f"label smoothing is the share of comparisons believed to be the "
            f"wrong way round: expected 0 to 0.5, got {label_smoothing}")
    if label_smoothing and loss == "ipo":
        raise ValueError("only the dpo loss smooths labels; leave "
                         "label_smoothing at 0 with ipo")
