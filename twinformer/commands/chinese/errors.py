"""The commonest mistakes in Chinese: patterns, of which {} is what differs."""
import re
import tomllib
from functools import cache
from pathlib import Path

from ..language import language

__all__ = ["patterns", "translated_error"]


@cache
def patterns() -> list[tuple[re.Pattern, str]]:
    """[(what a message looks like, how it is said in Chinese)]"""
    told = tomllib.loads(Path(__file__).with_name("errors.toml").read_text(encoding="utf-8"))
    return [(re.compile("(.*?)".join(map(re.escape, english.split("{}")))), chinese)
            for english, chinese in told.items()]


def translated_error(message: str) -> str:
    """A message of one line, in the language that is spoken.

    Where one part of it is known, and another not, the other stays in English.
    """
    if language() != "zh":
        return message
    for pattern, chinese in patterns():
        if found := pattern.fullmatch(message):
            return chinese.format(*(translated_error(part) if part else "" for part in
                                    found.groups()))
    return message
