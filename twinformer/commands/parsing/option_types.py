"""What an option takes, asked of jsonargparse's actions in one place."""
import types
from typing import Any, Literal, Union, get_args, get_origin

from jsonargparse._actions import _ActionConfigLoad

__all__ = ["choices_of", "is_section", "is_switch", "list_item", "option_type", "positionals",
           "takes_a_list", "takes_one_word"]


def option_type(action) -> Any:
    """int, float, str, bool, Literal[...] or list[...], without "or None"."""
    kind = getattr(action, "_typehint", None) or action.type
    if get_origin(kind) in (Union, types.UnionType):
        kinds = [each for each in get_args(kind) if each is not type(None)]
        kind = kinds[0] if len(kinds) == 1 else str
    return kind


def choices_of(action) -> list[str]:
    """The words that an option takes, where they can be counted."""
    kind = option_type(action)
    if get_origin(kind) is Literal:
        return [str(choice) for choice in get_args(kind)]
    return [str(choice) for choice in action.choices or ()]


def list_item(action) -> Any:
    """The type of a list's items; None where it is no list."""
    kind = option_type(action)
    if get_origin(kind) in (list, tuple):
        return get_args(kind)[0]
    return None


def is_section(action) -> bool:
    """Whether this stands for a whole section of the settings."""
    return isinstance(action, _ActionConfigLoad)


def is_switch(parser, option: str) -> bool:
    """Whether an option says yes or no."""
    return option_type(found(parser, option)) is bool


def takes_a_list(parser, option: str) -> bool:
    return list_item(found(parser, option)) is not None


def takes_one_word(parser, option: str) -> bool:
    action = found(parser, option)
    return action.nargs in (None, "?")


def found(parser, option: str):
    return next(action for action in parser._actions if option in action.option_strings)


def positionals(parser) -> list:
    """What stands in front, in its order."""
    return [action for action in parser._actions if not action.option_strings]
