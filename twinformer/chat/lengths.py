"""How long a text a template's methods and filters make, before they do.

'a' | center(10 ** 9), ('a' * 10 ** 6).replace('a', 'b' * 10 ** 6) and
'%999999999d' % 1 ask for gigabytes in a dozen characters.
"""
import re
from collections.abc import Callable
from contextlib import suppress
from functools import wraps

from jinja2.exceptions import SecurityError

__all__ = ["LENGTHS", "LONGEST", "check_length", "check_widths", "measured"]

LONGEST = 10_000_000    # characters of a text, entries of a list
WIDTH = re.compile(r"\d{6}|\*")     # of a number's place in a format

LENGTHS: dict[str, Callable[..., int]] = {
    "replace": lambda text, old="", new="", *_: text.count(old) * len(new),
    "join": lambda a, b="", *_: len(a) * len(b),    # whichever is between
    "indent": lambda text, width=4, *_: (text.count("\n") + 1) * (
        width if isinstance(width, int) else len(width)),
    "wordwrap": lambda text, *_, wrapstring="\n", **__: (
        len(text) * len(wrapstring))}


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
    length = 0
    with suppress(TypeError, AttributeError):
        length = LENGTHS.get(name, lambda *_, **__: 0)(*args, **kwargs)
    if length > LONGEST:
        raise SecurityError(f"{name} makes {length:,} characters; at most "
                            f"{LONGEST:,} are allowed")


def check_widths(text: str) -> None:
    if isinstance(text, str) and WIDTH.search(text):
        raise SecurityError(f"the format {text[:40]!r} is too wide")
