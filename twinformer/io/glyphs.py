"""Which characters the installed fonts can draw.

matplotlib draws an empty box for a character that none of the fonts it was
told of has. What is missing is looked for among all fonts that are
installed; what none of them has is written in letters that can be read.
"""
from collections.abc import Collection, Sequence
from functools import cache

__all__ = ["code_points", "fonts_with", "missing_from"]

LAST_RESORT = "Last Resort"     # has a box for every character there is


def missing_from(text: str, families: Sequence[str]) -> set[str]:
    """The characters of a text that no font of these families has."""
    from matplotlib.font_manager import FontProperties, findfont

    wanted = {letter for letter in text if not letter.isspace()}
    for family in families:
        try:
            path = findfont(FontProperties(family=[family]),
                            fallback_to_default=False)
        except ValueError:                             # it is not installed
            continue
        wanted -= held(path, frozenset(wanted))
    return wanted


def fonts_with(characters: Collection[str]) -> list[str]:
    """Installed fonts that together have all of these characters that can be
    had, the one with most of them first."""
    from matplotlib.font_manager import fontManager

    left, found = frozenset(characters), []
    paths = {font.name: font.fname for font in fontManager.ttflist
             if font.style == "normal"
             and not font.name.startswith(LAST_RESORT)}
    while left and paths:
        best = max(sorted(paths), key=lambda name: len(held(paths[name],
                                                            left)))
        if not (drawn := held(paths[best], left)):
            break
        found.append(best)
        left -= drawn
    return found


@cache
def held(path: str, characters: frozenset[str]) -> frozenset[str]:
    """Those of the characters that a font's file has."""
    from matplotlib.font_manager import get_font

    try:
        font = get_font(path)
    except (OSError, RuntimeError):                # gone, or no font
        return frozenset()
    return frozenset(letter for letter in characters
                     if font.get_char_index(ord(letter)))


def code_points(text: str, missing: Collection[str]) -> str:
    r"""The text with each missing character as its number: \u4f60."""
    return "".join(letter.encode("unicode_escape").decode()
                   if letter in missing else letter for letter in text)
