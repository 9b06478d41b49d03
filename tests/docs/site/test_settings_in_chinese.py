"""Every sentence about a setting has its Chinese, and no Chinese is left of a sentence gone."""
import dataclasses
import os
import re
import tomllib
from pathlib import Path

import pytest

from docs.site.reference import commands
from docs.site.reference.sentences import said, speaking
from docs.site.reference.settings import PLACES, configs, meanings, pages, purpose

FILE = Path(__file__).parents[3] / "twinformer/commands/chinese/settings.toml"


def chinese():
    return tomllib.loads(FILE.read_text("utf-8"))


def sentences():
    for places in PLACES.values():
        for config in (config for place in places for config in configs(place)):
            yield purpose(config)
            known = meanings(config)
            yield from (known[field.name] for field in dataclasses.fields(config)
                        if field.name in known)


def test_none_is_missing_and_none_is_stale():
    found = set(sentences())
    assert len(found) > 100
    assert found - set(chinese()) == set(), "no Chinese in commands/chinese/settings.toml"
    assert set(chinese()) - found == set(), "of sentences that no docstring has"


@pytest.mark.parametrize("what", [r"\d+(?:\.\d+)?", r'"[\w-]*"|``\w+``|\w+_\w+|--\w+'])
def test_numbers_and_names_are_the_same(what):
    for sentence, translated in chinese().items():
        assert set(re.findall(what, sentence, re.A)) == set(re.findall(what, translated, re.A))


def test_the_page_is_in_the_language():
    page = pages("zh")["reference/settings"]
    assert "整次训练中优化器的步数" in page and "Optimizer steps" not in page
    assert "Optimizer steps" in pages("en")["reference/settings"]


def test_commands_are_in_the_language_too():
    """And in English on a machine that speaks Chinese."""
    with speaking("zh"):
        english = commands.pages("en")["reference/commands/train"]
    assert not re.search("[\u4e00-\u9fff]", english) and "(default 3500)." in english
    page = commands.pages("zh")["reference/commands/train"]
    assert "\ntwinformer train [CORPUS ...] [OPTIONS]\n" in page
    assert "整次训练中优化器的步数" in page and "(default" not in page
    assert "the standard library's source" not in page, "beside an example"


def test_the_machines_language_comes_back(monkeypatch):
    monkeypatch.setenv("TWINFORMER_LANGUAGE", "zh_CN")
    with speaking("en"):
        assert os.environ["TWINFORMER_LANGUAGE"] == "en"
    assert os.environ["TWINFORMER_LANGUAGE"] == "zh_CN"
    monkeypatch.delenv("TWINFORMER_LANGUAGE")
    with speaking("zh"):
        pass
    assert "TWINFORMER_LANGUAGE" not in os.environ


def test_what_has_no_chinese_stays_english():
    assert said("A sentence of tomorrow.", "zh") == "A sentence of tomorrow."
