"""A search from its command to what it found: its settings, its folder, its trials."""
import warnings
from typing import Any

import yaml

from ...io.atomic_folder import remove_folder
from ...search.folder import SearchFolder
from ...search.optuna_parts import quiet_optuna
from ...search.space import Space
from ...search.study import Search
from ..ranks import launched
from .searched import Searched
from .space import first_values, space_of
from .trials import Trials

__all__ = ["search"]

HIGH = ("accuracy", "margin", "chosen_reward")      # of these measures more is better


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
