"""Files with settings, YAML, JSON or TOML, checked before they are used."""
import json
import tomllib
from collections.abc import Iterable
from typing import Any

import yaml

from .option_names import did_you_mean, option_names
from .option_types import is_section

__all__ = ["checked_config", "flat_keys"]


def checked_config(parser, path: str) -> tuple[dict[str, Any], str]:
    """-> the settings of a file, and what jsonargparse reads for --config: a
    path to YAML, or JSON.

    Raises
    ------
    FileNotFoundError, IsADirectoryError, ValueError
        The file cannot be had, cannot be read, or names what there is not.
    """
    from ...io.text_files import encoding_of

    written = content_of(path)
    content = spelled_out(parser, written)
    check_keys(parser, path, content)
    with open(path, "rb") as file:      # jsonargparse reads YAML in UTF-8
        plain = encoding_of(file.read()) == "utf-8"
    as_it_is = plain and content == written and not path.lower().endswith(".toml")
    return content, path if as_it_is else json.dumps(content)


def content_of(path: str) -> dict[str, Any]:
    from ...io.text_files import read_text

    try:
        text = read_text(path)
    except FileNotFoundError:
        raise FileNotFoundError(
            f"there is no config file {path}; expected settings in YAML, "
            "JSON or TOML, such as a run's config.yaml") from None
    except IsADirectoryError:
        raise IsADirectoryError(
            f"{path} is a folder; expected a file with settings, such as "
            "the config.yaml in a run's folder") from None
    try:
        content = tomllib.loads(text) if path.lower().endswith(".toml") else yaml.safe_load(text)
    except (tomllib.TOMLDecodeError, yaml.YAMLError) as problem:
        raise ValueError(f"{path} cannot be read: {problem}") from None
    if not isinstance(content, dict):
        raise ValueError(f"{path} holds {type(content).__name__}, not "
                         "settings; expected lines like 'name: value'")
    return content


def spelled_out(parser, content: dict[str, Any]) -> dict[str, Any]:
    """``data: novel.txt`` -> ``data: {corpus: [novel.txt]}``, where that is
    what it means on the command line, too."""
    found: dict[str, Any] = {}
    for key, value in content.items():
        full = parser.meant.get(key, f"{key}.{key}")
        option = f"--{full}"
        section, _, entry = full.partition(".")
        if value is None or isinstance(value, dict) or option not in option_names(parser):
            found[key] = value
            continue
        if f"{option}+" in option_names(parser) and not isinstance(value, list):
            value = [value]
        if entry:
            found[section] = {**found.get(section, {}), entry: value}
        else:
            found[section] = value
    return found


def check_keys(parser, path: str, content: dict[str, Any]) -> None:
    """ValueError where a key is no setting, or a section has no keys."""
    known = [option[2:] for option in option_names(parser)]
    sections = {action.dest for action in parser._actions if is_section(action)}
    for key in flat_keys(content):
        if key not in known:
            hint = parser.hints.get(key)
            raise ValueError(f"{path}: unknown key {key!r}"
                             + (f": {hint}" if hint else did_you_mean(key, known)))
        if key in sections:
            hint = parser.hints.get(key, "expected lines like 'name: value' below it")
            raise ValueError(f"{path}: {key!r} is a section; {hint}")


def flat_keys(content: dict[str, Any], prefix: str = "") -> Iterable[str]:
    """{"model": {"n_layers": 6}} -> "model.n_layers" """
    for key, value in content.items():
        if isinstance(value, dict) and value:
            yield from flat_keys(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"
