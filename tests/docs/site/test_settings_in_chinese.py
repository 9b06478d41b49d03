"""Every sentence about a setting has its Chinese, and no Chinese is left of a sentence gone."""
import dataclasses
import re

import pytest

from docs.site.reference.sentences import chinese, said
from docs.site.reference.settings import PLACES, configs, meanings, pages, purpose


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
    assert set(chinese()) - found == set(), "in commands/chinese/settings.toml, but in no docstring"


@pytest.mark.parametrize("what", [r"\d+(?:\.\d+)?", r'"[\w-]*"|``\w+``|\w+_\w+|--\w+'])
def test_numbers_and_names_are_the_same(what):
    for sentence, translated in chinese().items():
        assert set(re.findall(what, sentence, re.A)) == set(re.findall(what, translated, re.A))


def test_the_page_is_in_the_language():
    page = pages("zh")["reference/settings"]
    assert "整次训练中优化器的步数" in page and "Optimizer steps" not in page
    assert "Optimizer steps" in pages("en")["reference/settings"]


def test_what_has_no_chinese_stays_english():
    assert said("A sentence of tomorrow.", "zh") == "A sentence of tomorrow."
