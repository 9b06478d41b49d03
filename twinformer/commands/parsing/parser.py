"""jsonargparse for people: short names, one line for a mistake, a short help.

- ``--max-steps 20`` is ``--training.max_steps 20``: dashes are underscores,
  and the last word is enough where no other option ends in it.
- An option that holds a list takes words until the next option:
  ``--corpus a.txt notes/``; a switch needs no word: ``--compile``.
- What stands in front can be given by its name: ``ask --model run-1``.
- ``--config`` reads YAML, JSON or TOML, by the file's ending.
- ``--help`` shows the options that most people use, ``--help-all`` all.
"""
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Any

from jsonargparse import ArgumentParser

from .config_files import checked_config, flat_keys
from .messages import readable
from .spelling import spelled_out
from .word_list import check_words

__all__ = ["CommandParser"]


class CommandParser(ArgumentParser):
    """An ArgumentParser whose mistakes are ValueErrors of one line.

    Attributes
    ----------
    common : sequence of str
        The options that --help shows, in its order; where there are none,
        it shows all.
    meant : dict of str to str
        What an option means that could be several, or that stands for a
        section with one main entry: {"data": "data.corpus"}. It works in
        config files, too.
    hints : dict of str to str
        What to say about options that people expect and that are not there.
    bare_words : str
        The option that words of no option are for: ``classify a.csv`` is
        ``classify --data a.csv``.
    default_config : callable, optional
        words -> a config file, or settings as JSON, to read before all
        others, or None.
    last_config : callable, optional
        words -> settings, as JSON, to read after all config files, or None.
    words : list of str
        The words that are going to be parsed, for options that depend on
        them: those of a model depend on its kind.
    configs : list of dict
        What the config files say, once they are read.
    config_paths : list of str
        Where they lie.
    """

    common: Sequence[str] = ()
    bare_words: str = ""
    meant: dict[str, str]
    hints: dict[str, str]
    configs: list[dict[str, Any]]
    config_paths: list[str]
    given: list[str]
    default_config: Callable[[list[str]], str | None] | None = None
    last_config: Callable[[list[str]], str | None] | None = None

    def __init__(self, words: Sequence[str] = (), **options):
        super().__init__(exit_on_error=False, allow_abbrev=False, add_help=False, **options)
        self.words = list(words)
        self.meant = {}
        self.hints = {}
        self.configs = []
        self.config_paths = []
        self.given = []     # the options of the command line
        self.add_argument("-h", "--help", action="help",
                          help="Show what most people need.")
        self.add_argument("--help-all", action="help", help="Show all options.")

    def parse_args(self, args=None, *rest, **options):
        """Parse the words after the command's name."""
        words = list(args)
        check_words(words)
        if asked := next((word for word in words if word in ("-h", "--help", "--help-all")), ""):
            self.set_defaults_for(words)
            self.print_help(everything=asked == "--help-all")
            raise SystemExit(0)
        configs, words = spelled_out(self, words)
        self.given = [word.partition("=")[0] for word in words]
        if self.default_config and (first := self.default_config(words)):
            configs.insert(0, first if first.startswith("{") else self.checked_config(first))
        if self.last_config and (settings := self.last_config(words)):
            configs.append(settings)
        for config in reversed(configs):    # options win, wherever they stand
            words = ["--config", config, *words]
        try:
            return super().parse_args(words, *rest, **options)
        except SystemExit:  # --print_config
            raise
        except Exception as problem:
            raise ValueError(readable(str(problem)) + self.place_of(problem)) from problem

    def instantiate(self, *given, **options):
        """The settings as objects; a value that will not do is refused."""
        try:
            return super().instantiate(*given, **options)
        except ValueError as problem:
            raise ValueError(f"{problem}{self.place_of(problem)}") from problem

    def place_of(self, problem: Exception) -> str:
        """The config file that a message is about, in brackets."""
        for path, content in zip(self.config_paths, self.configs, strict=True):
            for key in flat_keys(content):
                if key in str(problem) and f"--{key}" not in self.given:
                    return f" (in {path})"
        return ""

    def set_defaults_for(self, words: list[str]) -> None:
        """What the other words change about the defaults that help shows."""
        others = [word for word in words if word not in ("-h", "--help", "--help-all")]
        with suppress(ValueError, OSError):     # help comes first, mistakes later
            if self.default_config:
                self.default_config(spelled_out(self, others)[1])

    def checked_config(self, path: str) -> str:
        """What jsonargparse reads for --config."""
        content, config = checked_config(self, path)
        self.configs.append(content)
        self.config_paths.append(path)
        return config

    def format_help(self, formatter=None) -> str:
        from .help_page import help_page

        return help_page(self, everything=False)

    def print_help(self, file=None, everything: bool = False) -> None:
        """The page of --help, or that of --help-all."""
        from .help_page import help_page

        print(help_page(self, everything), end="", file=file)
