"""Scores of answers as files: one number each, in the order of the answers.

    [85, 100, null, 40]

null stands for an answer that nobody could score. The book's own score files
leave such answers out: then nothing tells which one is missing, and all that
come after it are compared with the wrong ones.
"""
import json
import math
from collections.abc import Sequence
from pathlib import Path

from ..io.text_files import read_text

__all__ = ["check_same_answers", "read_scores"]


def read_scores(path: str | Path) -> list[float | None]:
    """A JSON list of numbers; null = this answer has no score.

    Raises
    ------
    ValueError
        Where it is something else.
    """
    try:
        scores = json.loads(read_text(path))
    except ValueError as problem:
        raise ValueError(f"{path}: {problem}") from None
    if not isinstance(scores, list):
        raise ValueError(f"{path}: expected a list of scores, got "
                         f"{type(scores).__name__}")
    for number, score in enumerate(scores):
        if score is not None and (type(score) not in (int, float)
                                  or not math.isfinite(score)):
            raise ValueError(f"{path}, entry {number}: expected a number or "
                             f"null, got {score!r:.80}")
    return scores


def check_same_answers(ours: Sequence, theirs: Sequence) -> None:
    """ValueError where two lists cannot be of the same answers."""
    if len(ours) != len(theirs):
        raise ValueError(
            f"{len(ours)} scores and {len(theirs)} scores are not of the "
            "same answers; a score that is missing has to be null in its "
            "place, or all that come after it are compared wrongly")
