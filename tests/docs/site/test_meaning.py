"""What a pair's page takes over from its derivation is what stands there, in both languages."""
import re

import pytest

from docs.site.pairs.algebra import page_path
from docs.site.pairs.facing import ROOT
from docs.site.pairs.meaning import meaning, own_page, result
from docs.site.pairs.order import ordered


def test_a_page_is_about_the_file_that_it_names_first():
    assert own_page("layers/norm") == "layer_norm" and own_page("layers/softmax") == "softmax"
    assert own_page("layers/visibility") is None and own_page("text/bpe") is None


@pytest.mark.parametrize("name", ordered())
def test_what_it_means_is_quoted_and_its_links_lead_somewhere(name):
    for language in ("en", "zh"):
        text = meaning(name, language)
        assert not re.search(r"^```(?!math$|$)", text, re.M) and text.count("```") % 2 == 0
        for target in re.findall(r"\]\(repo:([^)#]+)", text):
            assert (ROOT / target).exists(), target
    page = own_page(name)
    if page and meaning(name, "zh") and page_path(page, "zh").is_file():
        assert re.search(r"[\u4e00-\u9fff]", meaning(name, "zh"))


@pytest.mark.parametrize("name", ordered())
def test_the_result_is_a_gradient_of_the_page(name):
    tex = result(name)
    if tex:
        assert tex in page_path(own_page(name)).read_text("utf-8") and re.search(r"\bd\w", tex)


def test_the_result_of_layer_norm_has_its_three_paths():
    assert "through the mean" in result("layers/norm")
    assert result("layers/linear").rstrip().endswith(r"dx = dy\,W")
