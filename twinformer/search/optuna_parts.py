"""The parts of Optuna that a search is made of: who chooses the values of a trial, who gives it
up, and which settings mattered.
"""
import logging
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from ..io.extras import library

__all__ = ["importances", "new_pruner", "new_sampler", "quiet", "quiet_optuna"]


def quiet_optuna() -> Any:
    """Optuna, which says nothing of its own accord.

    Raises
    ------
    ValueError
        Where it is not installed.
    """
    optuna = library("optuna", "search", "to search hyperparameters")
    optuna.logging.set_verbosity(logging.ERROR)
    return optuna


@contextmanager
def quiet() -> Iterator[None]:
    """Without what Optuna warns of about its own parts."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def new_pruner(name: str) -> Any:
    """Who gives a trial up, on what the evaluations of others were; never at the first, at which
    a learning rate may still rise."""
    pruners = quiet_optuna().pruners
    if name == "median":
        return pruners.MedianPruner(n_startup_trials=4, n_warmup_steps=2)
    if name == "halving":
        return pruners.SuccessiveHalvingPruner(reduction_factor=2)
    return pruners.NopPruner()


def new_sampler(name: str, seed: int) -> Any:
    """Who chooses the values of a trial."""
    samplers = quiet_optuna().samplers
    if name == "random":
        return samplers.RandomSampler(seed=seed)
    return samplers.TPESampler(seed=seed, constant_liar=True, n_startup_trials=8)


def importances(study: Any) -> dict[str, float]:
    """Which share of the differences each setting explains; nothing where none was ever varied."""
    optuna = quiet_optuna()
    with quiet():
        try:
            return optuna.importance.get_param_importances(
                study, evaluator=optuna.importance.FanovaImportanceEvaluator(seed=0))
        except (RuntimeError, ValueError):
            return {}
