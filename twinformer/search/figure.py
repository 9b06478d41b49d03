"""search.png: how a search went, which settings mattered, and how."""
from pathlib import Path
from typing import Any

from ..io.figures import in_any_script, save_figure
from .space import Range
from .study import Search

__all__ = ["plot_search", "search_figure"]

SLICES = 3      # settings that are shown one by one: those that mattered most


def plot_search(search: Search, path: Path, title: str, metric: str) -> None:
    """Draw the trials so far into a PNG file; nothing before there is a result."""
    if search.completed():
        save_figure(search_figure(search, title, metric), path)


@in_any_script
def search_figure(search: Search, title: str, metric: str) -> Any:
    """The trials of a search as a matplotlib Figure.

    Above: every result and the best so far, and which share of the differences each setting
    explains (Hutter et al. 2014, functional ANOVA). Below: the results over the settings that
    mattered most.
    """
    from matplotlib.figure import Figure
    from matplotlib.ticker import NullFormatter

    done, importances = search.completed(), search.importances()
    names = list(importances or search.space)[:SLICES]
    figure = Figure(figsize=(4 * max(2, len(names)), 7), layout="constrained")
    figure.suptitle(title)
    rows = figure.add_gridspec(2, 1)
    above, below = figure.add_subfigure(rows[0]), figure.add_subfigure(rows[1])
    history, shares = above.subplots(1, 2)

    best, line = None, []
    for trial in done:
        better = best is None or (trial.value > best if search.maximize else trial.value < best)
        best = trial.value if better else best
        line.append(best)
    numbers = [trial.number for trial in done]
    history.plot(numbers, [trial.value for trial in done], "o", color="#1f77b4", markersize=4,
                 label="a trial")
    history.step(numbers, line, where="post", color="#d95f02", label="the best so far")
    history.set_xlabel("trial")
    history.set_ylabel(metric.replace("_", " "))
    history.grid(alpha=0.3)
    history.legend()

    if importances:
        shown = list(importances)[::-1]
        shares.barh(shown, [importances[name] for name in shown], color="#7570b3")
        shares.set_xlabel("importance")
    else:
        shares.text(0.5, 0.5, "importance: after a few more trials", ha="center", va="center")
        shares.set_axis_off()

    for axes, name in zip(below.subplots(1, len(names), squeeze=False)[0], names):
        values = [trial.params[name] for trial in done]
        among = search.space[name]
        if not isinstance(among, Range):
            axes.set_xticks(range(len(among.values)), [str(value) for value in among.values])
            values = [among.values.index(value) for value in values]
        elif among.log:
            axes.set_xscale("log")
            axes.xaxis.set_minor_formatter(NullFormatter())
        axes.scatter(values, [trial.value for trial in done], c=numbers, cmap="viridis", s=18)
        axes.set_xlabel(name)
        axes.grid(alpha=0.3)
    return figure
