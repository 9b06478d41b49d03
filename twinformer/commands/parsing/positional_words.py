"""Words that stand in front of the options, each with its name.

``ask run-1 "A question"`` and ``ask --model run-1 --question "A question"``
say the same.
"""
import re
from pathlib import Path

from .option_types import choices_of, positionals
from .word_list import as_list

__all__ = ["checked_plain", "front_option", "front_words", "in_their_order",
           "is_a_file", "shown"]


def checked_plain(parser, word: str) -> str:
    """The word, a file's as its path; ValueError where it was meant as an
    option: -n"""
    if is_a_file(parser, word):
        return f"./{word}" if word.startswith("-") else word
    if re.fullmatch(r"-[^\W\d][\w.=-]*", word):
        raise ValueError(f"there is no option {word}; names of options begin with two dashes "
                         f"({parser.prog} --help lists them)")
    return word


def is_a_file(parser, word: str) -> bool:
    """Whether a word that may begin like an option is a file's name."""
    return Path(word).exists() and word not in parser._option_string_actions


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


def front_option(parser, plain: list[str], options: list[str]) -> str:
    """Words in front as the option that they stand for.

    Raises
    ------
    ValueError
        Where the option is given, too; where there are words too many.
    """
    option = parser.bare_words
    if any(word.startswith(f"{option}=") for word in options):
        raise ValueError(f"{' '.join(plain)} and {option} say the same; name all in one of the "
                         "two places")
    action = next(each for each in parser._actions if option in each.option_strings)
    if f"{option}+" in action.option_strings:
        return f"{option}={as_list(plain)}"
    if len(plain) > 1:
        raise ValueError(f"{parser.prog} expects one {shown(action)[1:-1]} in front; "
                         f"{plain[1]!r} is one word too many (quotation marks hold a name of "
                         "several words together)")
    return f"{option}={plain[0]}"


def front_words(parser) -> list[str]:
    """What stands in front, as usage shows it: MODEL [QUESTION]"""
    words = [shown(action) for action in positionals(parser)]
    if parser.bare_words:
        words.append(shown(next(each for each in parser._actions
                                if parser.bare_words in each.option_strings)))
    return words


def shown(action) -> str:
    """How a page of help calls it."""
    if (choices := choices_of(action)) and not action.option_strings:
        return "|".join(choices)
    name = (action.metavar or action.dest.rpartition(".")[2]).upper()
    if action.option_strings:
        several = f"--{action.dest}+" in action.option_strings
        return f"[{action.dest.rpartition('.')[2].upper()} ...]" if several else f"[{name}]"
    return f"[{name}]" if action.nargs == "?" else f"[{name} ...]" if action.nargs else name


def said_of(action) -> str:
    return str(action.help or "").rstrip(".")
