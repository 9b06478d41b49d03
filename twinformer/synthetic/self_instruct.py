"""Tasks and answers out of a few seeds: Self-Instruct.

    pool    <- seeds
    repeat  show the model some seeds and some tasks it has made itself, ask
            for new ones, and keep those that pass the filter: the pool grows
            ask for an answer to each, keep the good ones

Source: Wang et al. 2022, "Self-Instruct", arXiv:2212.10560, section 2; as in
Alpaca (Taori et al. 2023) a model that follows instructions answers them.

Questions go out in rounds. All of a round see the pool as it was before, so
that the same comes out whatever answer is there first.
"""
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from .answer_filter import AnswerFilter
from .asker import Asker, Question
from .task_filter import TaskFilter
from .task_prompts import tasks_in, tasks_prompt

__all__ = ["SelfInstruct", "SelfInstructSettings"]

BARREN = 5      # rounds in a row without a new task: the model has no more
BATCH = 4       # answers for each worker, until the next records are there


@dataclass(frozen=True, kw_only=True)
class SelfInstructSettings:
    """How tasks are asked for.

    Attributes
    ----------
    language : "en" or "zh"
    seed : int
        Draws the tasks that are shown.
    shown_seeds, shown_made : int
        Tasks in a request: of the seeds, and of those made before; the
        paper's are 6 and 2. While there are fewer, seeds take their place.
    new_tasks : int
        That a request asks for.
    round_size : int
        Requests that see the same pool.
    """

    language: str = "en"
    seed: int = 123
    shown_seeds: int = 6
    shown_made: int = 2
    new_tasks: int = 8
    round_size: int = 4

    def __post_init__(self):
        for name in ("shown_seeds", "new_tasks", "round_size"):
            if getattr(self, name) < 1:
                raise ValueError(f"{name} must be at least 1, got "
                                 f"{getattr(self, name)}")
        if self.shown_made < 0:
            raise ValueError(f"shown_made must be 0 or more, got "
                             f"{self.shown_made}")


class SelfInstruct:
    """Makes records {"instruction", "input", "output"}.

    Parameters
    ----------
    asker : Asker
    seeds : sequence of str
        Tasks of one line.
    settings : SelfInstructSettings
    tasks : TaskFilter
        Knows the seeds.
    answers : AnswerFilter
    graded : callable
        Records -> those that a judge lets pass; left out, all do.
    """

    def __init__(self, asker: Asker, seeds: Sequence[str],
                 settings: SelfInstructSettings, tasks: TaskFilter,
                 answers: AnswerFilter,
                 graded: Callable[[list], list] = lambda records: records):
        self.asker, self.seeds, self.settings = asker, seeds, settings
        self.tasks, self.answers, self.graded = tasks, answers, graded
        self.tally = asker.tally

    def records(self, count: int) -> Iterator[dict[str, Any]]:
        """Up to so many; fewer where the model has no new tasks any more.

        A larger count gives the same records, and more behind them.
        """
        waiting: list[str] = []
        made = number = barren = 0
        while made < count and barren < BARREN:
            if not waiting:
                waiting = self.new_tasks(number)
                number += 1
                barren = 0 if waiting else barren + 1
            # so few that little is missing in the file after a stop
            few = min(count - made, BATCH * self.asker.workers.count)
            now, waiting = waiting[:few], waiting[few:]
            for record in self.graded(self.answered(now)):
                made += 1
                self.tally.kept += 1
                self.tally.done = made
                yield record

    def new_tasks(self, number: int) -> list[str]:
        """What a round of requests adds to the pool."""
        s, tally = self.settings, self.tally
        questions = [Question(tasks_prompt(self.shown(draw), s.new_tasks,
                                           s.language), draw)
                     for draw in range(number * s.round_size,
                                       (number + 1) * s.round_size)]
        kept = []
        for reply in self.asker.replies(questions, for_good=True):
            if reply is None:
                tally.drop("requests", "no answer")
                continue
            found = tasks_in(self.answers.text(reply), reply.whole,
                             s.new_tasks)
            if not found:
                tally.drop("requests", "no list of tasks")
            for task in found:
                tally.proposed += 1
                if reason := self.tasks.take(task):
                    tally.drop("tasks", reason)
                else:
                    kept.append(task)
        return kept

    def shown(self, draw: int) -> list[str]:
        """The tasks of a request, in random order."""
        s = self.settings
        rng = random.Random(f"{s.seed} {draw}")
        made = self.tasks.kept
        chosen = rng.sample(made, min(s.shown_made, len(made)))
        seeds = s.shown_seeds + s.shown_made - len(chosen)
        chosen += rng.sample(self.seeds, min(seeds, len(self.seeds)))
        rng.shuffle(chosen)
        return [" ".join(task.split()) for task in chosen]

    def answered(self, tasks: Sequence[str]) -> list[dict[str, Any]]:
        """A record for each task that gets a good answer."""
        records = []
        replies = self.asker.replies([Question(task) for task in tasks])
        for task, reply in zip(tasks, replies):
            reason = ("no answer" if reply is None
                      else self.answers.reason(task, reply))
            text = "" if reply is None else self.answers.text(reply)
            if not reason and self.answers.repeated(text):
                reason = "said before"
            if reason:
                self.tally.drop("answers", reason)
            else:
                records.append({"instruction": task, "input": "",
                                "output": text})
        return records
