"""The search itself: one trial after the other, until there are as many as were asked for."""
import sys
import time
import warnings
from collections.abc import Mapping
from typing import Any

import yaml

from ...io.atomic_folder import remove_folder
from ...io.files import write_atomically
from ...search.figure import plot_search
from ...search.folder import SearchFolder
from ...search.space import Space
from ...search.study import Search, quiet_optuna
from ..ranks import launched
from .progress import GivenUp, TrialProgress
from .report import said, summary
from .searched import Searched
from .space import first_values, space_of, with_values

__all__ = ["search"]

HIGH = ("accuracy", "margin", "chosen_reward")      # of these measures more is better
MOST_REFUSED = 8        # trials in a row whose settings do not go together


def search(arguments, searched: Searched) -> int:
    """Go on with a search, or begin it; print what was found.

    Raises
    ------
    ValueError, OSError
        What the command itself would say of the settings as they are; a space that will not do;
        where no trial was completed.
    """
    quiet_optuna()
    check_alone(arguments)
    # The learner looks for these itself, and says more about them
    warnings.filterwarnings("ignore", "(overflow|invalid value) encountered", RuntimeWarning)
    options = arguments.search
    space = space_of(arguments, searched)
    metric = checked_metric(arguments, searched, space)
    folder, new = SearchFolder.find_or_make(
        arguments.folder, arguments.name, written(arguments, searched, space, metric))
    study = Search(folder, space, maximize=metric.endswith(HIGH), sampler=options.sampler,
                   pruner=options.pruner, seed=options.sampler_seed,
                   first=first_values(arguments, searched, space))
    print(f"{'a new search' if new else 'going on with the search'} in {folder}: "
          f"{options.trials} trials of {', '.join(space)}")
    trials = Trials(arguments, searched, study, metric)
    try:
        return trials.run()
    finally:
        nobody = not (study.running() or study.waiting())
        study.close()
        if new and trials.mistaken and nobody:
            remove_folder(folder.path)      # the way is free for the right command


def check_alone(arguments) -> None:
    """ValueError for options of the command that a search has no use for."""
    if arguments.device.ranks > 1 or launched():
        raise ValueError("a trial trains in one process: leave out --ranks, or torchrun; to use "
                         "more of the machine, give the same command once more, in another "
                         "terminal")
    for name in ("resume", "run", "predict", "output"):
        if getattr(arguments, name, None) is not None:
            raise ValueError(f"a search has no --{name}; " + (
                "the same command once more goes on with it" if name == "resume" else
                "it is for a classifier that has been trained"))


def checked_metric(arguments, searched: Searched, space: Space) -> str:
    """What decides; ValueError where it means another thing in each trial."""
    metric = arguments.search.metric or searched.metric(arguments)
    other = [name for name in space if name in searched.other_loss]
    if other and metric.rpartition("_")[2] in ("loss", "token", "margin", "reward"):
        better = ("validation_bits_per_byte" if metric.endswith("token")
                  else "validation_accuracy" if searched.command == "dpo" else "")
        raise ValueError(
            f"--space has {other[0]}, which changes what {metric} is, so that trials could not be "
            "compared; " + (f"let --metric {better} decide" if better else "leave it out"))
    return metric


def written(arguments, searched: Searched, space: Space, metric: str) -> dict[str, Any]:
    """search.yaml: all that makes two searches the same."""
    options = arguments.search
    settings = searched.settings(arguments)
    for name in ("folder", "device"):       # where it computes changes nothing
        settings.pop(name, None)
    content = {"command": searched.command, "metric": metric, "pruner": options.pruner,
               "sampler": options.sampler, "sampler_seed": options.sampler_seed,
               "space": {name: str(each) for name, each in space.items()}, "settings": settings}
    return yaml.safe_load(yaml.safe_dump(content))      # as it is read again


def forget_compiled() -> None:
    """torch.compile does so for a few models of one process, and then no more, unless it forgets
    those before."""
    if dynamo := sys.modules.get("torch._dynamo"):
        dynamo.reset()


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
