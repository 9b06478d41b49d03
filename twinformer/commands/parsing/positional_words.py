"""Words that stand in front of the options, each with its name.

``ask run-1 "A question"`` and ``ask --model run-1 --question "A question"``
say the same.
"""
import re

from .option_types import positionals

__all__ = ["checked_plain", "in_their_order", "shown"]


def checked_plain(parser, word: str) -> str:
    """The word; ValueError where it was meant as an option: -n"""
    if re.fullmatch(r"-[^\W\d][\w.=-]*", word):
        raise ValueError(f"there is no option {word}; names of options begin with two dashes "
                         f"({parser.prog} --help lists them)")
    return word


def in_their_order(parser, plain: list[str], named: dict[str, str]) -> list[str]:
    """The plain words, with those given by name in their places.

    Raises
    ------
    ValueError
        Where one that is needed is missing, or given twice.
    """
    words: list[str] = []
    plain = list(plain)
    missing = None
    for action in positionals(parser):
        several = action.nargs in ("*", "+")
        if action.dest in named:
            given = [named[action.dest]]
        else:
            given, plain = (plain, []) if several else (plain[:1], plain[1:])
        if given and missing:
            raise ValueError(f"{parser.prog} expects {missing} before {action.dest.upper()}")
        if not given and action.nargs != "*":
            missing = shown(action)
            if action.nargs is None:
                raise ValueError(f"{parser.prog} expects {missing}: {said_of(action)} "
                                 f"({parser.prog} --help shows more)")
        words += given
    if plain:
        what = " ".join(map(shown, positionals(parser))) or "no word but options"
        first = f"{plain[0]!r} is one word too many" if words else f"got {plain[0]!r}"
        raise ValueError(f"{parser.prog} expects {what}; {first} (quotation marks "
                         "hold a text of several words together)")
    dashed = any(word.startswith("-") and word != "-" for word in words)
    return ["--", *words] if dashed else words


def shown(action) -> str:
    """How a page of help calls it."""
    name = str(action.metavar or action.dest).upper()
    return f"[{name}]" if action.nargs == "?" else f"[{name} ...]" if action.nargs else name


def said_of(action) -> str:
    return str(action.help or "").rstrip(".")
