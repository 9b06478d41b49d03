"""Tasks and answers that a judge finds good enough, with their scores."""
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from ..corpora.task_entries import task_of
from ..endpoints.refusals import Unanswered
from ..endpoints.workers import Workers
from ..evaluation.judge import Judge
from ..evaluation.responses import Response
from .tally import Tally

__all__ = ["QualityFilter", "check_answered"]

BATCH = 8       # records for each worker, until the next are passed on


class QualityFilter:
    """Scores each record's answer from 0 to 100, and keeps the good ones.

    Parameters
    ----------
    judge : Judge
        Sees the task and the answer; no other one to compare it with.
    workers : Workers
        Ask the judge.
    tally : Tally
    least : float
        The score from which on a record is kept.
    """

    def __init__(self, judge: Judge, workers: Workers, tally: Tally,
                 least: float):
        if not 0 <= least <= 100:
            raise ValueError(f"min_score must be from 0 to 100, got {least}")
        self.judge, self.workers = judge, workers
        self.tally, self.least = tally, least

    def __call__(self, records: Sequence[dict[str, Any]]
                 ) -> list[dict[str, Any]]:
        """Those that are good enough, each with a field "score"."""
        verdicts = self.workers.all([
            partial(self.judge.score, graded(record))
            for record in records])
        kept = []
        for record, verdict in zip(records, verdicts):
            score = None if isinstance(verdict, Unanswered) else verdict.value
            self.tally.judged += score is not None
            if score is None:
                self.tally.drop("scores", "no score")
            elif score < self.least:
                self.tally.drop("scores", f"below {self.least:g}")
            else:
                kept.append({**record, "score": score})
        return kept

    def records(self, entries: Sequence[dict[str, Any]]
                ) -> Iterator[dict[str, Any]]:
        """Those of a whole file that are good enough, in its order."""
        most = BATCH * self.workers.count
        for start in range(0, len(entries), most):
            batch = entries[start:start + most]
            kept = self(batch)
            self.tally.done += len(batch)
            self.tally.kept += len(kept)
            yield from kept


def graded(record: dict[str, Any]) -> Response:
    """The task and its answer, in whatever form a record has them."""
    task = task_of(record, "a record")
    return Response(task.instruction, task.input, "", task.output or "")


def check_answered(entries: Sequence[Any], where: str) -> None:
    """
    Raises
    ------
    ValueError
        Where one is no task, or has no answer, before any is judged.
    """
    if not entries:
        raise ValueError(f"{where}: expected tasks and answers, got none")
    for number, entry in enumerate(entries):
        if not task_of(entry, f"{where}, entry {number}").output:
            raise ValueError(f"{where}, entry {number}: expected an answer "
                             f"to be judged, got none in {entry!r:.200}")
