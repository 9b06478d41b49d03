"""jsonargparse for people: short option names, TOML, and "did you mean".

- ``--max-steps 20`` is ``--training.max_steps 20``: dashes are underscores,
  and the last word is enough where no other option ends in it.
- An option that holds a list takes words until the next option:
  ``--corpus a.txt notes/``. Words of no option may be such a list.
- ``--lr`` is ``--learning_rate``. A file may be called like an option.
- ``--config`` reads YAML, JSON or TOML, by the file's ending.
- An unknown option or key is refused, with the nearest one that exists.
"""
import difflib
import json
import re
import tomllib
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import yaml
from jsonargparse import ArgumentParser

__all__ = ["CommandParser", "did_you_mean"]

SHORT = {"lr": "learning_rate", "min_lr": "min_learning_rate"}


class CommandParser(ArgumentParser):
    """An ArgumentParser whose mistakes are ValueErrors of one line.

    Attributes
    ----------
    default_config : callable, optional
        words -> a config file to read before all others, or None.
    last_config : callable, optional
        words -> settings, as JSON, to read after all config files, or None.
    meant
        What an option means that could be several: its full name, by its
        last word.
    bare_words
        The option, a list, that words of no option are for; "" = there are
        arguments without a name.
    """

    default_config: Callable[[list[str]], str | None] | None = None
    last_config: Callable[[list[str]], str | None] | None = None
    meant: Mapping[str, str] = {}
    bare_words: str = ""

    def __init__(self, **options):
        super().__init__(
            exit_on_error=False, allow_abbrev=False,
            formatter_class=help_formatter(), **options)

    def parse_args(self, args=None, *rest, **options):
        """Parse the words after the command's name."""
        check_words(args)
        configs, words = self.spelled_out(list(args))
        if self.default_config and (path := self.default_config(words)):
            configs.insert(0, self.checked_config(path))
        if self.last_config and (settings := self.last_config(words)):
            configs.append(settings)
        for config in reversed(configs):    # options win, wherever they stand
            words = ["--config", config, *words]
        try:
            return super().parse_args(words, *rest, **options)
        except SystemExit:  # --help, --print_config
            raise
        except Exception as problem:
            raise ValueError(readable(str(problem))) from problem

    def spelled_out(self, words: list[str]) -> tuple[list[str], list[str]]:
        """What --config gives, and the other words as jsonargparse wants
        them."""
        configs: list[str] = []
        spelled: list[str] = []
        bare: list[str] = [] if self.bare_words else spelled
        rest = Words(words)
        for word in rest:
            if word == "--":
                bare += rest if self.bare_words else [word, *rest]
            elif not word.startswith("-") or self.is_a_file(word):
                bare.append(f"./{word}" if word.startswith("-") else word)
            elif not word.startswith("--"):
                spelled.append(word)
            else:
                name, equals, value = word.partition("=")
                option = self.full_name(name)
                if option == "--config":
                    value = value if equals else rest.take()
                    configs.append(self.checked_config(value))
                elif f"{option}+" in self.option_names():
                    values = [value] if equals else rest.take_words()
                    spelled.append(f"{option}={as_list(values)}")
                elif not equals and self.takes_a_value(option):
                    spelled.append(option + rest.take_value())
                else:
                    spelled.append(option + equals + value)
        if not (bare and self.bare_words):
            return configs, spelled
        if any(word.startswith(f"{self.bare_words}=") for word in spelled):
            raise ValueError(f"{' '.join(bare)} and {self.bare_words} say the "
                             "same; name all in one of the two places")
        return configs, [*spelled, f"{self.bare_words}={as_list(bare)}"]

    def is_a_file(self, word: str) -> bool:
        """Whether a word that begins like an option is a file's name."""
        return Path(word).exists() and word not in self._option_string_actions

    def takes_a_value(self, option: str) -> bool:
        action = self._option_string_actions.get(option)
        return action is not None and action.nargs is None

    def option_names(self) -> list[str]:
        return [option for action in self._actions
                for option in action.option_strings
                if option.startswith("--")]

    def full_name(self, name: str) -> str:
        """--max-steps -> --training.max_steps"""
        known = self.option_names()
        wanted = name[2:].replace("-", "_")
        wanted = self.meant.get(wanted) or SHORT.get(wanted, wanted)
        if f"--{wanted}.{wanted}" in known:  # --device is --device.device
            return f"--{wanted}.{wanted}"
        if name in known:
            return name
        if f"--{wanted}" in known:
            return f"--{wanted}"
        full = [option for option in known if option.endswith(f".{wanted}")]
        if len(full) == 1:
            return full[0]
        if full:
            raise ValueError(f"{name} could be {' or '.join(full)}; "
                             "write one of them in full")
        raise ValueError(f"there is no option {name}"
                         f"{did_you_mean('--' + wanted, known)}"
                         f" ({self.prog} --help lists all)")

    def checked_config(self, path: str) -> str:
        """What jsonargparse reads for --config: a path to YAML, or JSON."""
        from ..io.text_files import encoding_of, read_text

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
            is_toml = path.lower().endswith(".toml")
            content = tomllib.loads(text) if is_toml else yaml.safe_load(text)
        except (tomllib.TOMLDecodeError, yaml.YAMLError) as problem:
            raise ValueError(f"{path} cannot be read: {problem}") from None
        if not isinstance(content, dict):
            raise ValueError(f"{path} holds {type(content).__name__}, not "
                             "settings; expected lines like 'name: value'")
        known = [option[2:] for option in self.option_names()]
        for key in flat_keys(content):
            if key not in known:
                raise ValueError(f"{path}: unknown key {key!r}"
                                 f"{did_you_mean(key, known)}")
            if any(name.startswith(f"{key}.") for name in known):
                raise ValueError(f"{path}: {key!r} is a section; expected "
                                 f"lines like 'name: value' below it")
        with open(path, "rb") as file:      # jsonargparse reads YAML in UTF-8
            plain = encoding_of(file.read()) == "utf-8"
        return path if plain and not is_toml else json.dumps(content)


def check_words(words: Iterable[str]) -> None:
    """ValueError where the bytes of one are not UTF-8: settings are kept in
    files that are."""
    from ..io.paths import shown_name

    for word in words:
        if shown_name(word) != word:
            raise ValueError(
                f"{shown_name(word)} is not UTF-8; rename the file (convmv -f "
                "gbk -t utf-8 does so), or name the folder that it is in")


class Words:
    """The words of a command line, one or several at a time."""

    def __init__(self, words: list[str]):
        self.words = words

    def __iter__(self):
        return self

    def __next__(self) -> str:
        if not self.words:
            raise StopIteration
        return self.words.pop(0)

    def take(self) -> str:
        if not self.words:
            raise ValueError("--config expects a file")
        return self.words.pop(0)

    def take_value(self) -> str:
        """"=" and the next word, unless it is an option: jsonargparse says
        so. With "=" a text may begin with a dash."""
        if not self.words or self.words[0].startswith("--"):
            return ""
        return f"={self.words.pop(0)}"

    def take_words(self) -> list[str]:
        taken = []
        while self.words and not self.words[0].startswith("--"):
            taken.append(self.words.pop(0))
        return taken


def as_list(words: list[str]) -> str:
    """Words as the JSON list that jsonargparse parses: [a, b] is one, but
    [Author] Title.txt is a word."""
    if len(words) == 1 and words[0].startswith("[") and not (
            Path(words[0]).exists()):
        with suppress(yaml.YAMLError):
            if isinstance(yaml.safe_load(words[0]), list):
                return words[0]
    return json.dumps(words)


def flat_keys(content: dict[str, Any], prefix: str = "") -> Iterable[str]:
    """{"model": {"n_layers": 6}} -> "model.n_layers" """
    for key, value in content.items():
        if isinstance(value, dict) and value:
            yield from flat_keys(value, f"{prefix}{key}.")
        else:
            yield f"{prefix}{key}"


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """"; did you mean 'train'?" or nothing, where nothing is near."""
    known = list(known)
    last = {name.lstrip("-").rpartition(".")[2]: name for name in known}
    tail = word.lstrip("-").rpartition(".")[2]
    # --steps is a part of --training.max_steps
    near = sorted((name for name in last if name.endswith(f"_{tail}")),
                  key=len)
    near = [last[name] for name in near[:1]]
    near = near or difflib.get_close_matches(word, known, 1, 0.6)
    if not near:  # --n-layrs is far from --model.n_layers as a whole
        near = difflib.get_close_matches(tail, list(last), 1, 0.6)
        near = [last[name] for name in near]
    return f"; did you mean {near[0]}?" if near else ""


def readable(message: str) -> str:
    """jsonargparse's messages without Python's type syntax."""
    for pattern, words in (
            (r"Expected a <class '(\w+)'>\. Got value:", r"expected \1, got"),
            (r"Expected a typing\.Literal\[(.*?)\]\. Got value:",
             r"expected one of \1, got"),
            (r'Parser key "(.*?)":', r"--\1:")):
        message = re.sub(pattern, words, message)
    return message


def help_formatter():
    """jsonargparse's formatter, with the line breaks of our docstrings."""
    from argparse import RawDescriptionHelpFormatter

    from jsonargparse import DefaultHelpFormatter

    class Formatter(DefaultHelpFormatter):
        _fill_text = RawDescriptionHelpFormatter._fill_text

    return Formatter
