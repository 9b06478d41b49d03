"""The words of a command line, one or several at a time."""
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

import yaml
from ...io.strict_json import json_text

__all__ = ["SWITCHES", "Words", "as_list", "check_words"]

# What may follow a switch; left out, it is true.
SWITCHES = ("true", "false", "yes", "no", "null", "True", "False")


def check_words(words: Iterable[str]) -> None:
    """ValueError where the bytes of one are not UTF-8: settings are kept in
    files that are."""
    for word in words:
        shown = os.fsencode(word).decode("utf-8", "backslashreplace")
        if shown != word:
            raise ValueError(f"{shown} is not UTF-8; rename the file (convmv -f gbk -t utf-8 does "
                             "so), or name the folder that it is in")


class Words:
    """The words of a command line, taken from the left."""

    def __init__(self, words: list[str]):
        self.words = words

    def __iter__(self):
        return self

    def __next__(self) -> str:
        if not self.words:
            raise StopIteration
        return self.words.pop(0)

    def next_word(self) -> str | None:
        """The word that comes next, if it is no option."""
        if not self.words or self.words[0].startswith("--"):
            return None
        return self.words[0]

    def take(self, option: str) -> str:
        """The word that an option needs."""
        if self.next_word() is None:
            got = f"the option {self.words[0]}" if self.words else "nothing"
            raise ValueError(f"{option} expects a word after it, got {got} (a word that begins "
                             f"with dashes is joined on: {option}=--word)")
        return self.words.pop(0)

    def take_words(self) -> list[str]:
        """All words up to the next option."""
        taken = []
        while self.next_word() is not None:
            taken.append(self.words.pop(0))
        return taken


def as_list(words: list[str]) -> str:
    """Words as the JSON list that jsonargparse parses: [a, b] is one, but
    [Author] Title.txt is a word."""
    if len(words) == 1 and words[0].startswith("[") and not Path(words[0]).exists():
        with suppress(yaml.YAMLError):
            if isinstance(yaml.safe_load(words[0]), list):
                return words[0]
    return json_text(words)
