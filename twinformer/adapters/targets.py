"""Which layers of a model are meant: patterns for their names."""
import re
from fnmatch import fnmatchcase

__all__ = ["matching"]


def matching(names: list[str], patterns) -> list[str]:
    """Those of the names that a pattern fits, whole or from a dot on.

    Raises
    ------
    ValueError
        If a pattern fits none; lists the names, with * for the numbers.
    """
    found = set()
    for pattern in [patterns] if isinstance(patterns, str) else patterns:
        fits = {name for name in names if fnmatchcase(name, pattern)
                or fnmatchcase(name, "*." + pattern)}
        if not fits:
            kinds = dict.fromkeys(re.sub(r"\d+", "*", name) for name in names)
            raise ValueError(f"no Linear is called {pattern!r}; the model has "
                             + ", ".join(kinds))
        found |= fits
    return [name for name in names if name in found]
