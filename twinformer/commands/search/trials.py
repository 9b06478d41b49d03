"""The trials of one process: from values to a result, one after the other, until there are as many
as were asked for.
"""
import sys
import time
from collections.abc import Mapping
from typing import Any

import yaml

from ...io.files import write_atomically
from ...search.figure import plot_search
from ...search.study import Search
from .progress import GivenUp, TrialProgress
from .report import said, summary
from .searched import Searched
from .space import with_values

__all__ = ["Trials"]

MOST_REFUSED = 8        # trials in a row whose settings do not go together


class Trials:
    """The trials of this process.

    Parameters
    ----------
    arguments
        The settings as they are.
    searched : Searched
    study : Search
    metric : str
    """

    def __init__(self, arguments, searched: Searched, study: Search, metric: str):
        self.arguments, self.searched = arguments, searched
        self.study, self.metric = study, metric
        self.notes: set[str] = set()
        self.refused = 0
        self.mistaken = False       # the settings as they are will not do

    def run(self) -> int:
        """All that are still wanted; the exit code."""
        study, wanted = self.study, self.arguments.search.trials
        while begun := study.begin(wanted):
            exit_code = self.one(*begun)
            self.write_best()
            if exit_code:
                print(f"stopped; the same command goes on, {study.folder} keeps what was found")
                return exit_code
        if others := len(study.running()):
            print(f"other processes are still at work on {others} of them; the last one says "
                  "what was found")
            return 0
        summary(study, self.metric, self.searched.command, wanted)
        return 0

    def one(self, trial, values: Mapping[str, Any]) -> int:
        """A trial from its values to its result; 130 after Ctrl-C, else 0."""
        study, began = self.study, time.perf_counter()
        runs, name = study.folder.trials, study.folder.trial(trial.number).name
        forget_compiled()
        try:
            settings = with_values(self.arguments, values)
            with TrialProgress(
                    self.metric, self.searched.chosen_by(settings),
                    lambda number, value: not study.evaluated(trial, number, value),
                    self.notes) as progress:
                exit_code = self.searched.train(settings, runs, name, progress)
            if exit_code:
                study.end(trial, why="interrupted", again=True)
                return exit_code
            study.end(trial, progress.result())
            self.refused = 0
        except GivenUp as reason:
            study.end(trial, why=str(reason))
        except FloatingPointError as problem:
            study.end(trial, why=f"it diverged: {problem}")
        except MemoryError:
            study.end(trial, why="there is not enough memory for it")
        except KeyboardInterrupt:
            study.end(trial, why="interrupted", again=True)
            return 130
        except RuntimeError as problem:
            if "out of memory" not in str(problem):
                study.end(trial, why=str(problem), again=True)
                raise
            study.end(trial, why="there is not enough memory for it")
        except ValueError as problem:
            self.refuse(trial, problem)
        except BaseException as problem:
            found = bool(study.completed())
            study.end(trial, why=str(problem), again=found)
            self.mistaken = not found
            raise
        print(said(study, trial.number, time.perf_counter() - began), flush=True)
        return 0

    def refuse(self, trial, problem: ValueError) -> None:
        """Settings that do not go together are passed over; it is another matter if none do."""
        self.study.end(trial, why=str(problem))
        self.refused += 1
        if not self.study.completed() and (trial.number == 0 or self.refused >= MOST_REFUSED):
            self.mistaken = True
            raise problem

    def write_best(self) -> None:
        """best.yaml and search.png, of all trials so far."""
        folder, study = self.study.folder, self.study
        with folder.lock:
            best = study.best()
            if best is None:
                return
            settings = self.searched.settings(with_values(self.arguments, best.params))
            write_atomically(folder.best, (
                f"# trial {best.number} of {folder}: {self.metric} {best.value:.6g}\n"
                f"# twinformer {self.searched.command} --config {folder.best.as_posix()}\n")
                + yaml.safe_dump(settings, sort_keys=False, allow_unicode=True))
            plot_search(study, folder.plot,
                        f"{folder.path.name}: twinformer {self.searched.command}", self.metric)


def forget_compiled() -> None:
    """torch.compile does so for a few models of one process, and then no more, unless it forgets
    those before."""
    if dynamo := sys.modules.get("torch._dynamo"):
        dynamo.reset()
