"""The widgets compute what the reference computes; node runs them, where there is one."""
import json
import shutil
import subprocess

import numpy as np
import pytest

from parity_tests.agreement import assert_printed
from docs.site.pairs.facing import ROOT
from docs.site.pairs.page import WIDGETS as ON_PAGES

WIDGETS = ROOT / "docs/_static/widgets"
NODE = shutil.which("node")
needs_node = pytest.mark.skipif(NODE is None, reason="no node here to run the widgets with")
NAMES = sorted(path.stem for path in WIDGETS.glob("*.js"))


def run(name: str, expression: str, **values):
    """An expression of a widget's functions w, with values v as JSON."""
    code = (f"const w = require({json.dumps(str(WIDGETS / f'{name}.js'))});"
            f"const v = {json.dumps(values)};"
            f"process.stdout.write(JSON.stringify({expression}));")
    done = subprocess.run([NODE, "-e", code], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_all_are_there_and_on_a_page():
    assert NAMES == ["bpe", "layer_norm", "masks", "rotary", "sampling", "softmax"]
    assert sorted(ON_PAGES.values()) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_widget_has_both_languages_and_needs_no_network(name):
    text = (WIDGETS / f"{name}.js").read_text("utf-8")
    assert "://" not in text and "fetch(" not in text and "import " not in text
    assert f'Widget.define("{name}"' in text
    assert any("\u4e00" <= sign <= "\u9fff" for sign in text)
    assert "Widget.live" in text, "what changes is to be said, not only shown"


@needs_node
def test_softmax():
    from numpy_impl import softmax

    x = [2.0, -1.0, 0.5, 30.0]
    assert_printed(run("softmax", "w.softmax(v.x, 2)", x=x), softmax(np.array(x) / 2), 9)
    assert_printed(run("softmax", "w.entropy([0.5, 0.5, 0])"), np.log(2), 9)


@needs_node
@pytest.mark.parametrize("options", [
    {}, {"temperature": 0.5}, {"top_k": 3}, {"top_p": 0.8}, {"min_p": 0.2}, {"temperature": 0},
    {"temperature": 1.7, "top_k": 4, "top_p": 0.9, "min_p": 0.1}])
def test_sampling(options):
    from numpy_impl.generation.sampling import draw, next_probabilities

    logits = [3.2, 2.9, 2.9, 1.8, 1.2, 0.9, -0.4, -2.5]
    ours = next_probabilities(np.array(logits), **options)
    theirs = run("sampling", "w.nextProbabilities(v.logits, v.options)", logits=logits,
                 options=options)
    assert_printed(theirs, ours, 9)
    for uniform in (0.0, 0.3, 0.77, 0.999):
        assert run("sampling", "w.draw(v.p, v.uniform)", p=ours.tolist(),
                   uniform=uniform) == draw(ours, uniform)


@needs_node
def test_byte_pairs():
    from numpy_impl.text.bpe import learn_merges

    text = "low lower lowest slow slower slowest low slow 学习 学习 学"
    pieces = dict(run("bpe", "[...w.pieces(v.text)]", text=text))
    ours = learn_merges({piece.encode(): count for piece, count in pieces.items()}, 20, 2)
    theirs = run("bpe", "w.learn(v.text, 20).merges", text=text)
    assert [tuple(part.encode("latin-1") for part in pair) for pair in theirs] == ours


@needs_node
@pytest.mark.parametrize("window", [None, 1, 3])
@pytest.mark.parametrize("documents", [None, [0, 0, 0, 1, 1, -1]])
def test_masks(window, documents):
    from numpy_impl.layers.visibility import visible_mask

    ours = visible_mask(6, 6, window, None if documents is None else np.array(documents))
    assert run("masks", "w.visible(6, v.window, v.documents)", window=window,
               documents=documents) == ours.tolist()


@needs_node
def test_rotary():
    from numpy_impl import rotary_frequencies, rotate

    assert_printed(run("rotary", "w.frequencies(8, 1000)"), rotary_frequencies(8, 1000.0), 9)
    x, angle = np.array([[0.3, -2.0]]), np.array([[1.2]])
    turned = rotate(x, np.cos(angle), np.sin(angle))[0]
    assert_printed(run("rotary", "w.rotate(v.x, 1.2)", x=x[0].tolist()), turned, 9)
    assert_printed(run("rotary", "w.score([1, 2], [3, 1], 7, 4, 0.3)"),
                   run("rotary", "w.score([1, 2], [3, 1], 17, 14, 0.3)"), 9)


@needs_node
def test_layer_norm():
    from numpy_impl import LayerNorm

    layer = LayerNorm(4).to(np.float64)
    x, dy = np.array([2.0, -1, 6, 5.5]), np.array([1.0, 0, 0.5, -2])
    y, cache = layer.forward(x)
    dx = layer.backward(dy, cache)
    found = run("layer_norm", "w.layerNorm(v.x, [1, 1, 1, 1], v.dy)", x=x.tolist(), dy=dy.tolist())
    assert_printed(found["y"], y, 9)
    assert_printed(found["dx"], dx, 9)
    paths = np.array([found["direct"], found["viaMean"], found["viaVar"]])
    assert_printed(paths.sum(0), dx, 9)
