"""The drawings can be made again, are the same each time, and speak both languages."""
import functools
import re
import xml.etree.ElementTree as ElementTree

import numpy as np
import pytest
from pygments.token import Whitespace

from parity_tests.agreement import assert_printed
from docs.site.figures.architecture import MODELS, model_of
from docs.site.figures.chart import ticks
from docs.site.figures.depth import errors, sizes
from docs.site.figures.flow import Box, flow
from docs.site.figures.labels import LABELS
from docs.site.figures.learned import learned
from docs.site.figures.registry import FIGURES, figure_files
from docs.site.pairs.facing import ROOT
from docs.site.pairs.runs import RUNS
from docs.site.pairs.shapes import figures
from tests.docs.site.test_looks import TEXT, THEMES, colours, contrast

SVG = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", FIGURES)
def test_a_drawing_is_whole_named_and_always_the_same(name):
    for language in ("en", "zh"):
        svg = FIGURES[name](language)
        root = ElementTree.fromstring(svg)
        assert root.get("role") == "img" and root.get("aria-label")
        assert svg == FIGURES[name](language)
        assert "http" not in svg.replace("http://www.w3.org/2000/svg", "")
        width, height = float(root.get("width")), float(root.get("height"))
        for text in root.iter(f"{SVG}text"):
            assert 0 <= float(text.get("x")) <= width and 0 <= float(text.get("y")) <= height
    without_style = re.sub(r"<style>.*?</style>", "", FIGURES[name]("en"), flags=re.S)
    assert not re.search(r"[\u4e00-\u9fff]", without_style)
    assert re.search(r"[\u4e00-\u9fff]", FIGURES[name]("zh"))


def test_the_names_that_pages_use_are_there():
    wanted = {f"architecture-{kind}" for kind in MODELS} | {
        "attention-map", "causal-mask", "window-mask", "packed-mask", "loss-curve", "roofline",
        "gradients-by-depth", "error-by-depth", "rope-angles", "schedules", "road"}
    assert set(FIGURES) == wanted
    assert set(figure_files("en")) == {f"figures/{name}.svg" for name in wanted}


@pytest.mark.parametrize("kind", MODELS)
def test_an_architecture_has_every_weight_of_a_block(kind):
    _, model = model_of(kind)
    svg = FIGURES[f"architecture-{kind}"]("en")
    for name, array in model.blocks[0].named_parameters():
        if "experts." not in name or ".experts.0." in f".{name}":
            assert f"{tuple(array.shape)}" in svg, name


@functools.cache
def drawings(name):
    return [svg for _, svg in figures(name, "en")]


@pytest.mark.parametrize("name", RUNS)
def test_boxes_do_not_overlap(name):
    for svg in drawings(name):
        boxes = [[float(part.get(key)) for key in ("x", "y", "width", "height")]
                 for part in ElementTree.fromstring(svg).iter(f"{SVG}rect")]
        for n, (x, y, width, height) in enumerate(boxes):
            assert not any(x < a + w and a < x + width and y < b + h and b < y + height
                           for a, b, w, h in boxes[:n])


@pytest.mark.parametrize("name", RUNS)
def test_no_arrow_runs_behind_a_box(name):
    for svg in drawings(name):
        root = ElementTree.fromstring(svg)
        boxes = np.array([[float(part.get(key)) for key in ("x", "y", "width", "height")]
                          for part in root.iter(f"{SVG}rect")])
        for path in root.iter(f"{SVG}path"):
            for x, y in curve(path.get("d")):
                inside = ((boxes[:, :2] + 1 < (x, y))
                          & (boxes[:, :2] + boxes[:, 2:] - 1 > (x, y))).all(1)
                assert not inside.any(), (x, y, boxes[inside])


def curve(path):
    """Points on a path of one M and any number of C."""
    numbers = np.array(re.findall(r"-?[\d.]+", path), float).reshape(-1, 2)
    t = np.linspace(0, 1, 40)[:, None]
    for k in range(0, len(numbers) - 1, 3):
        a, b, c, d = numbers[k:k + 4]
        yield from ((1 - t) ** 3 * a + 3 * (1 - t) ** 2 * t * b + 3 * (1 - t) * t ** 2 * c
                    + t ** 3 * d)


def test_an_arrow_goes_from_a_box_to_the_one_that_uses_it():
    first, second = Box([("x", "code")]), Box([("y = x", "code")])
    second.after.append(first)
    svg = flow([first, second], "two boxes")
    assert svg.count("<rect") == 2 and svg.count("<path") == 1


def test_what_the_curves_show_is_so():
    found = learned()
    assert 1.9 < found.losses[0] < 2.0 and found.losses[-1] < 0.1
    sums = np.asarray(found.weights.sum(-1))
    assert_printed(sums, np.ones_like(sums), 5)     # of a model in single precision
    assert sizes()["no shortcut"][0] < 0.0001 and sizes()["pre-norm"][0] > 0.5
    assert all(error < 0.00001 for error in errors())


def test_ticks_are_round_and_within():
    assert_printed(ticks(0, 1, False), [0, 0.2, 0.4, 0.6, 0.8, 1], 9)
    assert_printed(ticks(0.1, 1000, True), [0.1, 1, 10, 100, 1000], 9)


def test_labels_are_in_both_languages():
    for key, words in LABELS.items():
        assert len(words) == 2 and all(words), key


@pytest.mark.parametrize("theme", THEMES)
def test_drawings_and_marked_lines_can_be_read(theme):
    """Words on the soft grounds, names in the strong colours, code on every mark of a line."""
    style = (ROOT / "docs/_static/pairs.css").read_text("utf-8")
    block = re.search(re.escape(THEMES[theme]) + r" \{(.*?)\}", style, re.S)[1]
    own = dict(re.findall(r"--fig-([\w-]+): #([0-9a-f]{6});", block))
    book = colours(theme)
    grounds = [own[f"{kind}-soft"] for kind in ("a", "b", "c", "d", "plain")]
    for ground in grounds:
        assert contrast(book["ink"], ground) >= TEXT and contrast(book["quiet"], ground) >= TEXT
    for kind in "abcd":
        assert contrast(own[kind], book["paper"]) >= TEXT
    pytest.importorskip("a11y_pygments", reason="the docs extra is not installed")
    from pygments.styles import get_style_by_name

    for token, looks in get_style_by_name(f"a11y-high-contrast-{theme}"):
        if looks["color"] and token is not Whitespace:
            assert all(contrast(looks["color"], ground) >= TEXT for ground in grounds), token
