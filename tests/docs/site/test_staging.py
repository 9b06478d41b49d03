"""Pages are copied with links for the book; what the book adds stands where it should."""
import pytest

from docs.site.links import Links, site_path
from docs.site.order import children
from docs.site.stage import stage

from .small_book import small_book


@pytest.fixture
def staged(tmp_path):
    place = small_book(tmp_path)
    return place, stage("en", place, makers=[], files=[])


@pytest.mark.parametrize(("path", "page"), [
    ("docs/export.md", "export"), ("docs/derivations/README.md", "derivations/index"),
    ("docs/zh/derivations/README.md", "derivations/index"), ("docs/zh/export.md", "export"),
    ("benchmarks/results/spam.md", "results/spam"), ("docs/results/README.md", "results/index"),
    ("README.md", None), ("docs/conf.py", None)])
def test_where_a_page_is_in_the_book(path, page):
    assert site_path(path) == page


@pytest.mark.parametrize(("target", "leads_to"), [
    ("first.md", "first.md"), ("first.md#a-part", "first.md#a-part"),
    ("../index.md", "../index.md"),
    ("README.md", "index.md"), ("../derivations", "index.md"),
    ("../../numpy_impl/layers/norm.py", "../pairs/layers/norm.md"),
    ("../../torch_impl/layers/norm.py", "../pairs/layers/norm.md"),
    ("../../configs/small.yaml", "../source/configs/small.yaml.md"),
    ("repo:configs/small.yaml", "../source/configs/small.yaml.md"),
    ("book:pairs/layers/norm", "../pairs/layers/norm.md"),
    ("../images/curve.png", "../images/curve.png"),
    ("https://example.org/x.md", "https://example.org/x.md"), ("#part", "#part"),
    ("/figures/road.svg", "/figures/road.svg"), ("nowhere.md", "nowhere.md")])
def test_where_a_link_leads(tmp_path, target, leads_to):
    pages = {"index", "derivations/index", "derivations/first", "pairs/layers/norm"}
    links = Links(small_book(tmp_path), pages)
    found = links.target(target, "docs/derivations/second.md", "derivations/second")
    assert found == leads_to


def test_a_chinese_page_links_from_one_folder_below(tmp_path):
    links = Links(small_book(tmp_path), {"pairs/layers/norm", "derivations/first"})
    assert links.target("../../../numpy_impl/layers/norm.py", "docs/zh/derivations/second.md",
                        "derivations/second") == "../pairs/layers/norm.md"


def test_code_is_left_alone(staged):
    _, texts = staged
    assert "[not a link](../../numpy_impl/layers/norm.py)" in texts["derivations/first"]
    assert "`[code](first.md)`" in texts["derivations/second"]
    assert "[`norm.py`](../source/numpy_impl/layers/norm.py.md)" in texts["derivations/first"]


def test_a_source_file_that_is_linked_to_is_shown(staged):
    place, texts = staged
    assert '"""Norm."""' in texts["source/numpy_impl/layers/norm.py"]
    assert "- `small.yaml`" in texts["source/configs"]
    assert (place.source("en") / "source/configs.md").is_file()
    assert (place.source("en") / "images/curve.png").is_file()


def test_the_order_is_that_of_the_index(staged):
    _, texts = staged
    tree = texts["derivations/index"].partition("```{toctree}")[2]
    assert tree.index("/derivations/second") < tree.index("/derivations/first")
    assert "Derivations </derivations/index>" in texts["index"]


def test_a_folder_with_an_index_of_its_own_is_one_entry():
    pages = ["reference/index", "reference/setup", "reference/api/index", "reference/api/numpy"]
    assert children("reference/index", "[api](api/index.md)", pages) == [
        "reference/api/index", "reference/setup"]


def test_the_switch_of_the_repository_is_not_that_of_the_book(staged):
    assert "[English]" not in staged[1]["derivations/first"]


def test_the_chinese_edition_says_what_is_still_in_english(tmp_path):
    texts = stage("zh", small_book(tmp_path), makers=[], files=[])
    assert texts["derivations/first"].startswith("# 第一页")
    assert "本页尚无中文版" in texts["derivations/second"]
    assert "本页尚无中文版" not in texts["derivations/first"]


def test_results_name_their_command(staged):
    assert "make tables ARGS=spam" in staged[1]["results/spam"]


def test_what_is_no_longer_there_is_deleted(tmp_path):
    place = small_book(tmp_path)
    stage("en", place, makers=[lambda language: {"pairs/old": "# Old\n"}], files=[])
    assert (place.source("en") / "pairs/old.md").is_file()
    stage("en", place, makers=[], files=[])
    assert not (place.source("en") / "pairs/old.md").exists()


def test_two_makers_of_one_page_are_refused(tmp_path):
    def maker(language):
        return {"pairs/twice": "# Twice\n"}
    with pytest.raises(ValueError, match=r"expected each generated file from one maker"):
        stage("en", small_book(tmp_path), makers=[maker, maker], files=[])
