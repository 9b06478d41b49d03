"""How long a text a template's methods and filters make, before they do.

'a' | center(10 ** 9), ('a' * 10 ** 6).replace('a', 'b' * 10 ** 6) and
'%999999999d' % 1 ask for gigabytes in a dozen characters; so does a list that
holds a list twice, which holds one twice, forty deep, once it is written out.
"""
import re
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from math import inf
from typing import Any

from jinja2.exceptions import SecurityError
from jinja2.utils import Namespace

__all__ = ["LENGTHS", "LONGEST", "check_format", "check_length", "measured",
           "weight"]

LONGEST = 10_000_000    # characters of a text, entries of a list
# %(name)-9.3f and {0:>9}; a width that is itself a place is any
PLACE = re.compile(r"%(?:\([^)]*\))?[^%a-zA-Z(]*|\{[^{}]*\{?")
WIDTH = re.compile(r"\d+|\*|(?<=.)\{")
LEAF = 20               # characters of a number, at most of most

LENGTHS: dict[str, Callable[..., float]] = {
    "format": lambda text, *args, **kwargs: format_length(
        text, "%", *args, *kwargs.values()),
    "replace": lambda text, old="", new="", *_: text.count(old) * len(new),
    "join": lambda a, b="", *_: len(a) * len(b),    # whichever is between
    "indent": lambda text, width=4, *_: (text.count("\n") + 1) * (
        width if isinstance(width, int) else len(width)),
    "wordwrap": lambda text, *_, wrapstring="\n", **__: (
        len(text) * len(wrapstring)),
    "tojson": lambda value, *_, indent=0, separators=(), **__: (
        weight(value) * (1 + width(indent) + sum(map(len, separators or ())))),
    "sum": lambda values, *_, start=0, **__: (
        0 if isinstance(start, int | float)     # lists: copied at each of them
        else len(values) * (weight(values) + weight(start)))}


def width(indent: Any) -> int:
    """Of a line's beginning: a number of blanks, a text, or None."""
    return indent if isinstance(indent, int) else len(indent or "")


def weight(value: Any, known: dict[int, float] | None = None) -> float:
    """Characters of a value written out, roughly; inf where it holds itself.

    A list counts as often as it is held, but is looked into once: known holds
    the weights of those seen so far, by id.
    """
    if isinstance(value, str | bytes):
        return len(value) + 2
    if isinstance(value, int) and value.bit_length() > 64:
        return value.bit_length() // 3
    if isinstance(value, Namespace):
        parts = object.__getattribute__(value, "_Namespace__attrs").values()
    elif isinstance(value, dict):
        parts = [*value, *value.values()]
    elif isinstance(value, list | tuple | set | frozenset):
        parts = value
    else:
        return LEAF
    known = {} if known is None else known
    if id(value) not in known:
        known[id(value)] = inf      # what is met again inside itself
        known[id(value)] = 2 + sum(weight(part, known) for part in parts)
    return known[id(value)]


def measured(name: str, function: Callable) -> Callable:
    """A filter that looks how much it would make; Jinja's own may want more
    arguments, in front, and says so by attributes, which are kept."""
    @wraps(function)
    def measuring(*args, **kwargs):
        texts = args[1:] if hasattr(function, "jinja_pass_arg") else args
        check_length(name, *texts, **kwargs)
        return function(*args, **kwargs)
    return measuring


def check_length(name: str, *args, **kwargs) -> None:
    """Errors of arguments are left to the function itself."""
    length = 0.0
    with suppress(TypeError, AttributeError):
        length = LENGTHS.get(name, lambda *_, **__: 0)(*args, **kwargs)
    if length > LONGEST:
        raise SecurityError(f"{name} makes {length:,} characters; at most "
                            f"{LONGEST:,} are allowed")


def check_format(text: Any, sign: str, *args: Any) -> None:
    """What is no text is no format: % may be a remainder."""
    if isinstance(text, str) and format_length(text, sign, *args) > LONGEST:
        raise SecurityError(f"the format {text[:40]!r} writes too much")


def format_length(text: str, sign: str, *args: Any) -> float:
    """Of '{0}{0}'.format(x), or '%(x)s%(x)s' % y: each place may write all of
    it, and the numbers in a place are widths and precisions."""
    wide = sum(inf if width in "*{" else int(width[:9])
               for place in PLACE.findall(text)
               for width in WIDTH.findall(place))
    return 10 * wide + text.count(sign) * weight(args)
