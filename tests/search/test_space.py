"""Ranges as people write them, and what is said of those that will not do."""
from typing import Literal

import pytest

from twinformer.search.space import Choice, Range, can_be_searched, read_range


@pytest.mark.parametrize(("given", "kind", "expected"), [
    ("log:1e-4:1e-2", float, Range(1e-4, 1e-2, log=True)),
    ("0.0:0.3", float, Range(0.0, 0.3)),
    ("0:1:0.25", float, Range(0.0, 1.0, step=0.25)),
    ("4:64:4", int, Range(4, 64, step=4, whole=True)),
    ("int:4:64", int, Range(4, 64, whole=True)),
    ("log:4:64", int, Range(4, 64, log=True, whole=True)),
    ("1:30", int, Range(1, 30, whole=True)),       # to YAML that would be 90
    ("8,16,32", int, Choice((8, 16, 32))),
    ("1e-3,1e-2", float, Choice((1e-3, 1e-2))),
    (["8", "16"], int, Choice((8, 16))),
    ("true,false", bool, Choice((True, False))),
    ("cosine, linear", Literal["cosine", "linear", "constant"], Choice(("cosine", "linear"))),
    ("a:b,c:d", str, Choice(("a:b", "c:d"))),      # runs may lie on drive C:
    ({"low": "1", "high": "5", "step": "2"}, int | None, Range(1, 5, step=2, whole=True)),
    ({"low": "1e-3", "high": "1", "log": "true"}, float, Range(1e-3, 1.0, log=True)),
    ({"choices": ["1", "2"]}, int, Choice((1, 2)))])
def test_what_can_be_written(given, kind, expected):
    found = read_range("x", given, kind)
    assert found == expected
    if isinstance(given, str) and not given.startswith("int:"):     # and read again
        assert read_range("x", str(found), kind) == expected


@pytest.mark.parametrize(("given", "kind", "words"), [
    ("1e-2:1e-4", float, "the other way round: 0.0001:0.01"),
    ("log:1e-2:1e-4", float, "the other way round: log:0.0001:0.01"),
    ("1:1", float, "from low to high"),
    ("log:0:1", float, "begins above 0"),
    ("0.1", float, "one value 0.1"),
    ("8,8", int, "one value 8"),
    ("", float, "expected a number, got nothing"),
    ("1:2.5", int, "whole number, got 2.5"),
    ("nan:1", float, "finite"),
    ("1:2:3:4", float, "expected LOW:HIGH"),
    ("0:1:2", float, "a step is above 0, fits"),
    ("log:1:2:0.5", float, "goes with no log"),
    ("maybe,true", bool, "expected true or false, got maybe"),
    ("cosine,linar", Literal["cosine", "linear"], "expected cosine, linear, got linar"),
    ({"low": "1"}, float, "expected low and high, got low"),
    ({"low": "1", "hi": "2"}, float, "expected low, high, log, step, choices, got hi"),
    ({"low": "1", "high": "2"}, str, "no number"),
    (7, int, "expected LOW:HIGH")])
def test_what_cannot(given, kind, words):
    with pytest.raises(ValueError, match="^x") as mistake:
        read_range("x", given, kind)
    assert words in str(mistake.value)


def test_what_is_in_a_range():
    steps = read_range("x", "0:1:0.1", float)
    assert 0.3 in steps and 0.35 not in steps and 1.1 not in steps
    assert 16 in read_range("x", "8,16", int) and 9 not in read_range("x", "8,16", int)
    assert not can_be_searched(list[str]) and can_be_searched(int | None)
