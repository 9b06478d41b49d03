"""Every pair has a page, which shows both files whole, and everything on it is true of them."""
import re
from html import unescape

import numpy as np
import pytest

from parity_tests.agreement import assert_printed
from docs.side_by_side import mirrored_pairs
from docs.site.pairs import pair_pages
from docs.site.pairs.columns import columns
from docs.site.pairs.facing import PACKAGES, facing, source
from docs.site.pairs.names import anchor, imported_pairs, places, used_by
from docs.site.pairs.order import PARTS, neighbours, ordered
from docs.site.pairs.proof import errors, measured, mutants, own_tests
from docs.site.pairs.runs.running import ran
from docs.site.pairs.runs import RUNS
from docs.site.pairs.sections import sections
from docs.site.pairs.telling import chinese, papers, told
from docs.site.pairs.words import WORDS, say

ROUNDINGS = 100     # of a few dozen operations on numbers around 1


@pytest.fixture(scope="module")
def pages():
    return {language: pair_pages(language) for language in ("en", "zh")}


def test_the_order_has_every_pair_once():
    pairs = sorted(name.removesuffix(".py") for names in mirrored_pairs().values()
                   for name in names)
    assert sorted(ordered()) == pairs, (
        "a new pair needs its place in docs/site/pairs/order.py and its words in chinese.txt")
    assert neighbours(ordered()[0]) == (None, ordered()[1])
    assert neighbours(ordered()[-1]) == (ordered()[-2], None)


def test_the_first_parts_need_only_what_came_before():
    first = [name for part in PARTS[:2] for name in part.pairs]
    ahead = {other for name in first for other in imported_pairs(name)
             if other in first and first.index(other) > first.index(name)}
    assert ahead <= {"layers/module",            # Linear tells the contract, which Module keeps
                     "layers/visibility",        # attention is told with any mask, then which
                     "layers/flash_attention"}   # the same numbers in another form


@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_pair_has_a_page_and_stands_in_the_index(pages, language):
    made = pages[language]
    assert set(made) == {"pairs/index", *(f"pairs/{name}" for name in ordered())}
    for name in ordered():
        assert f"]({name}.md)" in made["pairs/index"]
        assert f"# {told(name, language).title}\n" in made[f"pairs/{name}"]
        assert say("code", language) in made[f"pairs/{name}"]


def test_every_word_and_every_pair_is_said_in_chinese():
    assert set(chinese()) == set(ordered())
    for key, (english, other) in WORDS.items():
        assert english and other, key
        places = [sorted(re.findall(r"\{\w+\}", text)) for text in (english, other)]
        assert places[0] == places[1], key
    for title, why in chinese().values():
        assert re.search(r"[\u4e00-\u9fff]", why), title


@pytest.mark.parametrize("name", ordered())
def test_both_files_are_shown_whole_and_in_order(name):
    html = columns(name, "en", [])
    for side, package in (("numpy", "numpy_impl"), ("torch", "torch_impl")):
        cells = re.findall(rf'<pre class="tf-side tf-{side}"[^>]*>(.*?)</pre>', html, re.S)
        shown = unescape(re.sub(r"<i></i>|<[^>]*>", "", "".join(cells)))
        assert shown.splitlines() == source(package, name).splitlines(), package


@pytest.mark.parametrize("name", ordered())
def test_a_row_has_a_line_of_one_side_at_least(name):
    for part in facing(name):
        assert all(left is not None or right is not None for left, right, _ in part.rows)


def test_a_file_is_cut_where_a_reader_folds_it():
    kinds = [(part.kind, part.of) for part in sections(source("numpy_impl", "layers/norm"))]
    assert ("docstring", "LayerNorm") in kinds
    assert ("forward", "LayerNorm.forward") in kinds
    assert ("backward", "LayerNorm.backward") in kinds
    assert ("rest", "LayerNorm.__init__") in kinds


@pytest.mark.parametrize("name", ordered())
def test_links_from_names_lead_to_definitions(name, pages):
    page = pages["en"][f"pairs/{name}"]
    for target in re.findall(r'<a href="([^"]*#def-[^"]+)"', page):
        path, _, ident = target.partition("#")
        pair = name if not path else path.removeprefix("../").removesuffix(".html")
        assert pair in ordered(), target
        assert f'id="{ident}"' in pages["en"][f"pairs/{pair}"], target


def test_a_name_leads_to_its_definition_and_a_variable_nowhere():
    assert places("numpy_impl", "layers/attention")["softmax_backward"] == (
        "layers/softmax", "softmax_backward")
    html = columns("layers/attention", "en", [])
    assert f'href="../layers/softmax.html#{anchor("softmax_backward")}"' in html
    assert "layers/attention" in used_by("layers/softmax")
    own = columns("layers/self_attention", "en", [])     # keep, rate, x are arguments
    assert f'href="../layers/attention.html#{anchor("attention")}"' in own


@pytest.mark.parametrize("name", RUNS)
def test_a_run_runs_and_its_twin_agrees(name):
    found = ran(name)
    assert found.forward, "nothing of the file ran"
    if RUNS[name].backward:
        assert found.backward
    if RUNS[name].twin:
        assert found.worst <= ROUNDINGS * np.finfo(np.float64).eps
    lines = source("numpy_impl", name).splitlines()
    for step in [*found.forward, *found.backward]:
        assert lines[step.line].split()[0] == step.text.split()[0]


def test_what_layer_norm_gives_is_what_its_derivation_says():
    backward = {key: value for step in ran("layers/norm").backward
                for key, value in step.gives.items()}
    # the small eps of the layer shows
    assert_printed(backward["return"][0], [0.25, -0.25, 0, 0], 4)


def test_the_results_of_the_proof_are_whole_and_within_their_bounds():
    from parity_tests import COMPONENTS

    assert set(measured()["components"]) == {part.name for part in COMPONENTS}, (
        "run python -m docs.site.pairs.proof")
    for row in measured()["components"].values():
        assert row["cases"] and 0 <= row.get("output", 0) < 1 and 0 <= row.get("gradient", 0) < 1
    assert errors("layers/norm") and mutants("layers/norm").made
    for name in ordered():
        assert own_tests(name)


def test_papers_are_those_of_the_docstrings():
    assert papers("layers/norm") == [("Ba et al. 2016", "1607.06450")]
    for name in ordered():
        text = "".join(source(package, name) for package in PACKAGES)
        assert all(number in text for _, number in papers(name))
