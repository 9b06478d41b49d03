"""What a search has to know about the command whose settings it looks for."""
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

__all__ = ["RELATIVE", "Searched", "add_search_arguments", "around"]

# --help shows these first
COMMON = ["--space", "--trials", "--metric", "--pruner"]


@dataclass(frozen=True, kw_only=True)
class Searched:
    """A command that trains.

    Attributes
    ----------
    command : str
    space : callable
        arguments -> what is varied where nobody says: {setting: range}.
    metric : callable
        arguments -> what decides where nobody says.
    chosen_by : callable
        arguments -> the measure by which a run keeps its best model, "" = it keeps the last.
    train : callable
        (arguments, folder of runs, name, progress) -> exit code: train and evaluate; nothing is
        tested, for a test that settings were chosen by is none.
    settings : callable
        arguments -> what the command's --config reads.
    plain : dict
        The types of the settings that are in no section.
    fixed : dict
        Settings that are not for a search: {name, with its section or without: why}.
    other_loss : tuple of str
        Settings that change what the loss is a mean of: it cannot be compared.
    """

    command: str
    space: Callable[[Any], dict[str, str]]
    metric: Callable[[Any], str]
    chosen_by: Callable[[Any], str]
    train: Callable[[Any, Path, str, Any], int]
    settings: Callable[[Any], dict[str, Any]]
    plain: Mapping[str, Any] = field(default_factory=dict)
    fixed: Mapping[str, str] = field(default_factory=dict)
    other_loss: tuple[str, ...] = ()


def add_search_arguments(parser) -> None:
    """The options that a search has beside those of the command."""
    from ...search.config import SearchConfig

    parser.add_class_arguments(SearchConfig, "search")
    hidden = ("--resume", "--run", "--predict", "--output", "--sample-prompt",
              "--log")
    parser.common = [*COMMON, *(name for name in parser.common if name not in hidden)]
    parser.hints["jobs"] = ("several processes work on one search: give the same command once "
                            "more, in another terminal")


def around(value: float, below: float, above: float) -> str:
    """A logarithmic range around a value that somebody has thought about."""
    return f"log:{value / below:.3g}:{value * above:.3g}"


RELATIVE = (10.0, 5.0)      # how far below and above a learning rate others are tried
