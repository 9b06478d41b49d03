"""Two answers to a task, of which a judge prefers one.

Some answers are drawn to each task. Every two of them are shown to the judge
in both orders, and only a verdict that stays the same in both counts
(evaluation/judge.py): what stands first is preferred otherwise. Each answer
has as many points as comparisons it won; the best and the worst become a pair
if the judge preferred the one to the other.
"""
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import combinations
from typing import Any

from ..corpora.records import Instruction
from ..endpoints.refusals import Unanswered
from ..endpoints.workers import Workers
from ..evaluation.judge import Judge
from ..evaluation.responses import Response
from .answer_filter import AnswerFilter
from .asker import Asker, Question

__all__ = ["PreferencePairs", "best_and_worst"]

BATCH = 4       # tasks for each worker, until the next pairs are there


class PreferencePairs:
    """Makes records {"instruction", "input", "output", "chosen", "rejected"}.

    Parameters
    ----------
    asker : Asker
    judge : Judge
    workers : Workers
        Ask the judge.
    answers : AnswerFilter
    draws : int
        Answers to each task, at least 2.
    """

    def __init__(self, asker: Asker, judge: Judge, workers: Workers,
                 answers: AnswerFilter, draws: int = 2):
        if draws < 2:
            raise ValueError("a pair needs 2 answers or more to a task; got "
                             f"answers {draws}")
        self.asker, self.judge, self.workers = asker, judge, workers
        self.answers, self.draws = answers, draws
        self.tally = asker.tally

    def records(self, tasks: Sequence[Instruction],
                count: int) -> Iterator[dict[str, Any]]:
        """Up to so many pairs, in the order of the tasks."""
        start, most = 0, BATCH * self.asker.workers.count
        while start < len(tasks) and self.tally.kept < count:
            batch = tasks[start:start + min(most, count - self.tally.kept)]
            start += len(batch)
            found = self.pairs(batch)
            for task, pair in zip(batch, found):
                if pair is None:
                    continue
                self.tally.kept += 1
                self.tally.done = min(start, count)
                expected = {"output": task.output} if task.output else {}
                yield {"instruction": task.instruction, "input": task.input,
                       **expected, "chosen": pair[0], "rejected": pair[1]}

    def pairs(self, tasks: Sequence[Instruction]
              ) -> list[tuple[str, str] | None]:
        """(chosen, rejected) for each task, None where there is no pair."""
        judged, places = [], []
        for place, (task, texts) in enumerate(zip(tasks, self.drawn(tasks))):
            if len(texts) < 2:
                self.tally.drop("pairs", "no two different answers")
                continue
            places.append(place)
            judged.append(partial(best_and_worst, self.judge, task, texts))
        found: list[tuple[str, str] | None] = [None] * len(tasks)
        for place, verdict in zip(places, self.workers.all(judged)):
            self.tally.judged += not isinstance(verdict, Unanswered)
            if isinstance(verdict, tuple):
                found[place] = verdict
            else:
                self.tally.drop("pairs", "no verdict" if isinstance(
                    verdict, Unanswered) else verdict)
        return found

    def drawn(self, tasks: Sequence[Instruction]) -> list[list[str]]:
        """The different good answers to each task."""
        questions = [Question(asked(task), draw) for task in tasks
                     for draw in range(self.draws)]
        replies = self.asker.replies(questions)
        drawn: list[list[str]] = []
        for i, question in enumerate(questions):
            if question.draw == 0:
                drawn.append([])
            reply = replies[i]
            reason = ("no answer" if reply is None
                      else self.answers.reason(question.prompt, reply))
            text = "" if reply is None else self.answers.text(reply)
            if not reason and text in drawn[-1]:
                reason = "said before"
            if reason:
                self.tally.drop("answers", reason)
            else:
                drawn[-1].append(text)
        return drawn


def asked(task: Instruction) -> str:
    """A task as a user says it."""
    return "\n".join(filter(None, (task.instruction, task.input)))


def best_and_worst(judge: Judge, task: Instruction, answers: Sequence[str]
                   ) -> tuple[str, str] | str:
    """(chosen, rejected), or why there is no pair.

    Of answers with as many points, the first drawn is the best one, and the
    last drawn the worst.
    """
    points = [0] * len(answers)
    verdicts = {}
    for i, j in combinations(range(len(answers)), 2):
        pair = Response(task.instruction, task.input, task.output, answers[i])
        value = verdicts[i, j] = judge.prefer(pair, answers[j]).value
        points[i] += value == 1
        points[j] += value == -1
    best = points.index(max(points))
    worst = len(points) - 1 - points[::-1].index(min(points))
    if best == worst:
        return "a tie"
    first, last = sorted((best, worst))
    value = verdicts[first, last]
    if value is None:
        return "no verdict"
    preferred = first if value == 1 else last if value == -1 else None
    return (answers[best], answers[worst]) if preferred == best else "a tie"
