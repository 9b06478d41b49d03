"""The book's colours can be told apart: contrast by WCAG 2.2, reckoned from the style sheet."""
import re
from pathlib import Path

import pytest

from parity_tests.agreement import assert_printed

STYLE = (Path(__file__).parents[3] / "docs/_static/book.css").read_text("utf-8")
THEMES = {"light": 'html:not([data-theme="dark"])', "dark": 'html[data-theme="dark"]'}
TEXT, PARTS = 4.5, 3.0  # what WCAG asks of text, and of lines and marks
PAIRS = [(ink, ground, TEXT) for ink in ("ink", "quiet", "reference", "twin")
         for ground in ("paper", "shade")]


def colours(theme):
    block = re.search(re.escape(THEMES[theme]) + r" \{(.*?)\}", STYLE, re.S)[1]
    return dict(re.findall(r"--book-(\w+): #([0-9a-f]{6});", block))


def luminance(colour):
    parts = [int(colour[at:at + 2], 16) / 255 for at in (0, 2, 4)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4
              for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted([luminance(one), luminance(other)], reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_contrast_is_that_of_wcag():
    assert_printed(contrast("000000", "ffffff"), 21, 9)
    assert_printed(contrast("777777", "ffffff"), 4.48, 2)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize(("ink", "ground", "least"), PAIRS)
def test_text_can_be_read(theme, ink, ground, least):
    known = colours(theme)
    assert contrast(known[ink], known[ground]) >= least


@pytest.mark.parametrize("theme", THEMES)
def test_code_can_be_read(theme):
    pytest.importorskip("a11y_pygments", reason="the docs extra is not installed")
    from pygments.styles import get_style_by_name
    from pygments.token import Whitespace

    settings = (Path(__file__).parents[3] / "docs/conf.py").read_text("utf-8")
    style = get_style_by_name(re.search(rf'"pygments_{theme}_style": "([\w-]+)"', settings)[1])
    shade = colours(theme)["shade"]
    faint = {str(token): round(contrast(looks["color"], shade), 2) for token, looks in style
             if looks["color"] and token is not Whitespace
             and contrast(looks["color"], shade) < TEXT}
    assert not faint


def test_both_themes_have_the_same_colours():
    assert colours("light").keys() == colours("dark").keys()


def test_nothing_is_fetched_by_the_style_sheets():
    for path in Path(__file__).parents[3].glob("docs/_static/**/*.*"):
        text = path.read_text("utf-8")
        found = re.findall(r"https?://(?!www\.w3\.org/)[^\s\"')]+|@import", text)
        assert not found, f"{path.name}: {found}"
