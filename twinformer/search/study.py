"""The trials of a search: which comes next, how each ended, which is the best.

Every look into the books, and every line in them, is under the folder's lock, so that any number
of processes can work on one study. A trial whose process has died, by kill -9 as well, is found
by its open lock: it counts as failed, and its values are tried once more.
"""
import functools
import sqlite3
from collections.abc import Mapping
from typing import Any

from filelock import FileLock, Timeout

from .folder import SearchFolder
from .optuna_parts import importances, new_pruner, new_sampler, quiet, quiet_optuna
from .space import Space

__all__ = ["Search"]

MOST_ATTEMPTS = 3       # at the values of a trial whose process dies


class Search:
    """A study in its folder.

    Parameters
    ----------
    folder : SearchFolder
    space : {name of a setting: Range or Choice}
    maximize : bool
        Whether higher is better.
    first : dict
        Values to try first.
    sampler, pruner : str
        See SearchConfig.
    seed : int
        With the number of a trial and the results so far it decides which values come next.
    """

    def __init__(self, folder: SearchFolder, space: Space, *, maximize: bool = False,
                 first: Mapping[str, Any] | None = None, sampler: str = "tpe",
                 pruner: str = "median", seed: int = 0):
        self.optuna, self.folder, self.space = quiet_optuna(), folder, space
        self.sampler, self.seed, self.maximize = sampler, seed, maximize
        self.held: dict[int, FileLock] = {}
        # a creator, as a path may have signs in it that mean something in an URL
        connect = functools.partial(sqlite3.connect, folder.database, timeout=60.0,
                                    check_same_thread=False)
        with folder.lock, quiet():
            self.storage = self.optuna.storages.RDBStorage(
                "sqlite:///study.db", engine_kwargs={"creator": connect})
            self.study = self.optuna.create_study(
                storage=self.storage, study_name="search", load_if_exists=True,
                direction="maximize" if maximize else "minimize", pruner=new_pruner(pruner))
            if not self.trials() and first:
                self.study.enqueue_trial(dict(first))

    def trials(self) -> list[Any]:
        """All of them, in Optuna's words."""
        return self.study.get_trials(deepcopy=False)

    def begin(self, wanted: int) -> tuple[Any, dict[str, Any]] | None:
        """-> the next trial and its values; None where there are as many as are wanted."""
        with self.folder.lock, quiet():
            self.find_dead()
            trials, states = self.trials(), self.optuna.trial.TrialState
            retried = retries_of(trials)
            taken = [trial for trial in trials
                     if trial.state != states.WAITING and trial.number not in retried]
            if len(taken) >= wanted:
                return None
            # another seed for each, for any number of processes and whatever was interrupted
            self.study.sampler = new_sampler(self.sampler, self.seed + len(trials))
            trial = self.study.ask()
            lock = self.folder.lock_of(trial.number)
            lock.acquire()
            self.held[trial.number] = lock
            return trial, {name: each.suggest(trial, name) for name, each in self.space.items()}

    def find_dead(self) -> None:
        """Trials at which nobody is at work any more have failed, and come again."""
        for trial in self.running():
            if trial.number in self.held or self.is_alive(trial.number):
                continue
            attempt = trial.user_attrs.get("attempt", 1)
            if attempt < MOST_ATTEMPTS and trial.params:
                self.again(trial.number, trial.params, attempt + 1)
            self.study.tell(trial.number, state=self.optuna.trial.TrialState.FAIL)

    def running(self) -> list[Any]:
        state = self.optuna.trial.TrialState.RUNNING
        return [trial for trial in self.trials() if trial.state == state]

    def waiting(self) -> list[Any]:
        """Trials that come again."""
        state = self.optuna.trial.TrialState.WAITING
        return [trial for trial in self.trials() if trial.state == state]

    def is_alive(self, number: int) -> bool:
        """Whether a process holds the lock of this trial."""
        lock = self.folder.lock_of(number)
        try:
            lock.acquire()
        except Timeout:
            return True
        lock.release()
        return False

    def again(self, number: int, values: Mapping[str, Any], attempt: int) -> None:
        """Put the values of a trial on the list once more, if they are not there."""
        if number not in retries_of(self.trials()):
            self.study.enqueue_trial(dict(values), user_attrs={
                "retry_of": number, "attempt": attempt})

    def evaluated(self, trial, number: int, value: float) -> bool:
        """Note an evaluation of a trial; whether it should be given up."""
        with self.folder.lock, quiet():
            trial.report(value, number)
            return trial.should_prune()

    def end(self, trial, value: float | None = None, why: str = "", *, again: bool = False
            ) -> None:
        """Note how a trial ended.

        value : its result; None = it was given up, or cannot be
        why : in words, if so
        again : whether it was interrupted, through no fault of its values
        """
        states = self.optuna.trial.TrialState
        with self.folder.lock, quiet():
            if why:
                trial.set_user_attr("why", why)
            if again:
                self.again(trial.number, trial.params, trial.user_attrs.get("attempt", 1))
                self.study.tell(trial, state=states.FAIL)
            elif value is None:     # a sampler learns from these, and not from the failed
                self.study.tell(trial, state=states.PRUNED)
            else:
                self.study.tell(trial, value)
            self.held.pop(trial.number).release()
            self.folder.make_room(
                best.number if (best := self.best()) else None,
                {each.number for each in self.running()})

    def completed(self) -> list[Any]:
        state = self.optuna.trial.TrialState.COMPLETE
        return [trial for trial in self.trials() if trial.state == state]

    def best(self) -> Any:
        """The completed trial with the best result, of equals the first; None before there is
        one."""
        sign = -1 if self.maximize else 1
        return min(self.completed(), key=lambda trial: sign * trial.value, default=None)

    def importances(self) -> dict[str, float]:
        """Which share of the differences each setting explains; nothing where that is unknown."""
        if len(self.completed()) < 4 or len({trial.value for trial in self.completed()}) < 2:
            return {}
        return importances(self.study)

    def close(self) -> None:
        self.storage.remove_session()
        self.storage.engine.dispose()


def retries_of(trials) -> set[int]:
    """The numbers of the trials that come again under another number."""
    return {trial.user_attrs["retry_of"] for trial in trials if "retry_of" in trial.user_attrs}
