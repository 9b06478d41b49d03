"""Which settings a command has, what a search may make of them, and the settings of one trial."""
import copy
from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from typing import Any, NamedTuple, get_type_hints

import yaml

from ...io.text_files import read_text
from ...search.space import Choice, Range, Space, can_be_searched, read_range
from ..parsing.option_names import SHORT, did_you_mean
from .searched import Searched

__all__ = ["first_values", "settings_in", "space_of", "with_values"]


class Setting(NamedTuple):
    kind: Any       # its type
    value: Any      # what it is where it is not varied


def settings_in(arguments, searched: Searched) -> dict[str, Setting]:
    """The settings that can be varied, by their full names."""
    found = {name: Setting(kind, getattr(arguments, name))
             for name, kind in searched.plain.items()}
    for section, config in vars(arguments).items():
        if section == "search" or not is_dataclass(config) or isinstance(config, type):
            continue
        kinds = get_type_hints(type(config))
        for field in fields(config):
            name = f"{section}.{field.name}"
            if field.init and field.name != "kind" and can_be_searched(kinds[field.name]):
                found[name] = Setting(kinds[field.name], getattr(config, field.name))
    return found


def space_of(arguments, searched: Searched) -> Space:
    """What is varied, each range read, each of its ends allowed.

    Raises
    ------
    ValueError, FileNotFoundError
        A setting that there is not, that is given twice or is not for a search; a range that
        cannot be read, or from which nothing will do.
    """
    settings = settings_in(arguments, searched)
    given = arguments.search.space
    written = (read_all(given) if given
               else [(name, text) for name, text in searched.space(arguments).items()])
    space: dict[str, Range | Choice] = {}
    for word, text in written:
        name = full_name(word, settings, searched)
        if name in space:
            raise ValueError(f"--space has {name} twice")
        space[name] = read_range(name, text, settings[name].kind)
    for name in space:
        check_ends(name, space, arguments)
    return space


def read_all(given: list[str]) -> list[tuple[str, Any]]:
    """The words of --space as (setting, range)."""
    found: list[tuple[str, Any]] = []
    for word in given:
        name, equals, text = word.partition("=")
        if equals:
            found.append((name.strip().removeprefix("--"), text.strip()))
        else:
            found += read_file(word)
    return found


def read_file(path: str) -> list[tuple[str, Any]]:
    """A YAML file of settings and ranges; sections may be indented or written with a dot."""
    try:
        # no numbers are made of the texts: YAML reads 1:30 as 90
        content = yaml.load(read_text(path), Loader=yaml.BaseLoader)
    except FileNotFoundError:
        raise FileNotFoundError(
            f"--space {path}: there is no such file; expected one in YAML, or SETTING=RANGE, for "
            "example learning_rate=log:1e-4:1e-2") from None
    except yaml.YAMLError as problem:
        raise ValueError(f"{path} cannot be read: {problem}") from None
    if not isinstance(content, dict) or not content:
        raise ValueError(f"{path}: expected lines like 'learning_rate: log:1e-4:1e-2'")
    return [*flat(content, "")]


def flat(content: Mapping[str, Any], prefix: str):
    for name, value in content.items():
        if isinstance(value, dict) and not {"low", "high", "choices"} & set(value):
            yield from flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def full_name(word: str, settings: Mapping[str, Setting], searched: Searched) -> str:
    """learning-rate -> training.learning_rate

    Raises
    ------
    ValueError
        Where there is no such setting, where it could be several, or is not for a search.
    """
    wanted = word.replace("-", "_")
    wanted = SHORT.get(wanted, wanted)
    names = [wanted] if wanted in settings else [
        name for name in settings if name.endswith(f".{wanted}")]
    free = [name for name in names if not why_fixed(name, searched)] or names[:1]
    if len(free) > 1:
        raise ValueError(f"--space {word} could be {' or '.join(free)}; write one of them")
    name = (free or [wanted])[0]
    if why := why_fixed(name, searched):
        raise ValueError(f"--space {word}: {why}")
    if not names:
        raise ValueError(f"--space: twinformer {searched.command} has no setting {word}"
                         f"{did_you_mean(wanted, settings)} (twinformer {searched.command} "
                         "--help-all lists all)")
    return name


def why_fixed(name: str, searched: Searched) -> str:
    """Why a setting is not for a search; "" where it is."""
    return next((why for fixed, why in searched.fixed.items()
                 if name == fixed or name.endswith(f".{fixed}")), "")


def check_ends(name: str, space: Space, arguments) -> None:
    """ValueError where an end of a range is no value of the setting.

    What a size of a model may be depends on the others: of these one end is enough.
    """
    problems = []
    ends = space[name].ends()
    for value in ends:
        try:
            with_values(arguments, {name: value})
        except ValueError as problem:
            problems.append(f"--space {name}={space[name]}: {problem}")
    if problems and (not name.startswith(("model.", "scratch.")) or len(problems) == len(ends)):
        raise ValueError(problems[0])


def first_values(arguments, searched: Searched, space: Space) -> dict[str, Any]:
    """What the settings are as they are, where that is in the space: the first trial."""
    settings = settings_in(arguments, searched)
    return {name: value for name, among in space.items()
            if (value := settings[name].value) is not None and value in among}


def with_values(arguments, values: Mapping[str, Any]):
    """The arguments with other values of some settings.

    Raises
    ------
    ValueError
        Where they do not go together.
    """
    found = copy.copy(arguments)
    changes: dict[str, dict[str, Any]] = {}
    for name, value in values.items():
        section, _, entry = name.rpartition(".")
        if section:
            changes.setdefault(section, {})[entry] = value
        else:
            setattr(found, name, value)
    for section, entries in changes.items():
        setattr(found, section, replace(getattr(found, section), **entries))
    return found
