"""What a search says about a trial, and at the end."""
from collections import Counter
from typing import Any

from ...io.shell_words import command_line
from ...search.study import Search
from ..around_training import next_steps

__all__ = ["said", "summary"]


def said(study: Search, number: int, seconds: float) -> str:
    """A line about a trial that has ended."""
    trial, best = study.trials()[number], study.best()
    result = (f"{trial.value:.4f}" if trial.state.name == "COMPLETE"
              else trial.user_attrs.get("why", "failed"))
    values = "  ".join(f"{name.rpartition('.')[2]} {shown(value)}"
                       for name, value in trial.params.items())
    so_far = "" if best is None else (
        "   the best so far" if best.number == number
        else f"   the best so far: {best.value:.4f}, trial {best.number}")
    return f"trial {number}   {result}   {values}   {seconds:.0f} s{so_far}"


def shown(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, float) else str(value)


def summary(study: Search, metric: str, command: str, wanted: int) -> None:
    """The best trial, what mattered, and what to do next.

    Raises
    ------
    ValueError
        Where no trial was completed.
    """
    trials, best, folder = study.trials(), study.best(), study.folder
    if best is None:
        why = Counter(trial.user_attrs.get("why", "its process ended") for trial in trials
                      if trial.state.is_finished())
        reasons = "; ".join(f"{count} times: {reason}" for reason, count in why.most_common(3))
        raise ValueError(f"no trial of {len(trials)} was completed, so nothing was found "
                         f"({reasons}); try a narrower --space, or lower learning rates; "
                         f"{folder} keeps the trials")
    states = Counter(trial.state.name for trial in trials)
    lines = [f"the best of {len(trials)} trials is trial {best.number}: {metric} {best.value:.4f} "
             f"({states['COMPLETE']} completed, {states['PRUNED']} given up, "
             f"{states['FAIL']} failed)"]
    if trials[0].state.name == "COMPLETE" and best.number:
        lines.append(f"the first one, with the settings as they were: {trials[0].value:.4f}")
    importances = study.importances()
    width = max(map(len, best.params))
    for name in importances or best.params:
        weight = f"   importance {importances[name]:.0%}" if importances else ""
        lines.append(f"  {name:<{width}}  {shown(best.params[name]):<10}{weight}")
    print("\n" + "\n".join(line.rstrip() for line in lines))
    print(next_steps(f"search {command}", folder, "best.yaml, search.png, study.db", {
        "take what it found": command_line(command, "--config", folder.best.as_posix()),
        "its model": folder.trial(best.number).as_posix(),
        "look further": f"the same command with --trials {2 * wanted}"}))
