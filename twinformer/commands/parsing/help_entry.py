"""One option in a page of help: its short name, what it takes, its default."""
import argparse
import re
from typing import Any

from ..chinese import in_own_language
from .option_names import short_name
from .option_types import choices_of, list_item, option_type

__all__ = ["entry"]

# Of the names of lists, where each word is one
SINGULAR = {"corpus": "path", "targets": "pattern", "ids": "id"}


def entry(parser, action) -> tuple[str, str]:
    """-> "--max-steps N", "Optimizer steps in the whole run (default 3500)" """
    text = re.sub(r"``(.*?)``", r"\1", action.help or "").strip()
    choices = choices_of(action)
    text = in_own_language(sentence(text, choices))
    option_strings = [name for name in action.option_strings if not name.endswith("+")]
    if not option_strings:
        return "", text
    name = short_name(parser, next(n for n in option_strings if n.startswith("--")))
    names = ", ".join([*(n for n in option_strings if not n.startswith("--")), name])
    word = takes(action)
    left = f"{names} {word}".rstrip()
    if len(left) > 26 and choices:      # too long for the column
        left = names
        text = in_own_language("{}: {}.").format(text.rstrip(".。"), " | ".join(choices))
    default = as_text(action.default)
    if default:
        text = in_own_language("{} (default {}).").format(text.rstrip(".。"), default)
    return left, text


def sentence(text: str, names: list[str]) -> str:
    """With a capital, unless it begins with a name, and a full stop."""
    text = " ".join(text.split())
    first = text.partition(" ")[0]
    if first.isalpha() and first not in names:
        text = text[0].upper() + text[1:]
    return text if text.endswith((".", "?", "!")) or not text else f"{text}."


def takes(action) -> str:
    """What to write after an option: N, X, FILE, one of some words."""
    kind = option_type(action)
    if action.nargs == 0 or kind is bool:
        return "" if action.default is False or action.nargs == 0 else "true|false"
    if choices := choices_of(action):
        return "|".join(choices)
    item = list_item(action)
    several = " ..." if item or action.nargs in ("*", "+") else ""
    metavar = action.metavar if isinstance(action.metavar, str) else ""
    if not metavar or metavar.startswith("["):
        numbers = {int: "N", float: "X"}
        last = re.split(r"[._]", action.dest)[-1]
        metavar = numbers.get(item or kind, SINGULAR.get(last, last).upper())
    return metavar + several


def as_text(default: Any) -> str:
    """A default as one would write it; nothing where there is none."""
    if default in (None, "", argparse.SUPPRESS) or default is False:
        return ""
    if default is True:
        return "true"
    if isinstance(default, (list, tuple)):
        return " ".join(map(str, default))
    return str(default)
