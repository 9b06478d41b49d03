"""What is said about a port is what is wrong with it."""
import json
import sys
from types import ModuleType

import numpy as np
import pytest

from parity_tests.agreement import assert_printed
from numpy_impl import Rotary

from ..components import component
from .broken_ports import MISTAKES, AnotherEps, Norm, StateOfItsOwn
from .explaining import explained
from .report import as_json, said_about
from .trying import sides_of, tried


@pytest.fixture
def port(monkeypatch):
    """A flat module of these things, importable as `ported`."""
    def made(things):
        module = ModuleType("ported")
        module.__file__ = sys.modules[Norm.__module__].__file__
        vars(module).update(things)
        monkeypatch.setitem(sys.modules, "ported", module)
        return "ported"
    return made


@pytest.mark.parametrize("name, things, words", MISTAKES.values(), ids=MISTAKES)
def test_each_mistake_is_named(port, name, things, words):
    package = port(things)
    row = tried(component(name), sides_of(package), seconds=0, seed=0)
    assert row.finding
    told = explained(name, row.finding, 0, seconds=2, given="./ported")
    assert words in said_about(told, row.finding.number)
    assert f"--package ./ported --component {name} --seed 0 --case " in told.again
    json.dumps(as_json([row], {name: told}, package, 0), allow_nan=False)


def test_a_sound_one_agrees(port):
    row = tried(component("layers.norm.LayerNorm"), sides_of(port({"LayerNorm": Norm})), 0, 0)
    assert row.finding is None and row.errors["cpu float32", "gradient"] < 1


def test_the_smallest_case_is_small_and_can_be_pasted(port):
    name, things, _ = MISTAKES["eps"]
    row = tried(component(name), sides_of(port(things)), 0, 0)
    told = explained(name, row.finding, 0, seconds=2)
    assert told.failures[0].size <= 3
    scope: dict = {}
    exec(told.code, scope)
    failure = told.failures[0]
    assert scope["y"][failure.index] == failure.got != failure.expected


def turned_by_halves(x, cos, sin, interleaved=False):
    """Pairs are never neighbours here."""
    first, second = np.split(x[..., :2 * cos.shape[-1]], 2, -1)
    turned = [first * cos - second * sin, first * sin + second * cos]
    return np.concatenate([*turned, x[..., 2 * cos.shape[-1]:]], -1)


def turned_back(dy, cos, sin, interleaved=False):
    return turned_by_halves(dy, cos, -sin)


def test_rotary_is_called_with_waves_where_it_is_pasted(port):
    name = "layers.rotary.rotate"
    package = port({"rotate": turned_by_halves, "rotate_backward": turned_back, "Rotary": Rotary})
    row = tried(component(name), sides_of(package), 0, 0)
    told = explained(name, row.finding, 0, seconds=2)
    assert "turned_back as rotate_backward" in told.code and "cos = np.array(" in told.code
    calls = told.code.partition("\n\n")[2]
    scope = {"np": np, "rotate": turned_by_halves, "rotate_backward": turned_back}
    exec(calls, scope)
    failure = told.failures[0]
    assert_printed(scope["y"][failure.index], failure.got, 9)


def test_a_layer_that_remembers_its_last_call_is_found(port):
    row = tried(component("layers.norm.LayerNorm"), sides_of(port({"LayerNorm": StateOfItsOwn})),
                0, 0)
    assert row.finding and "that of the last forward" in row.finding.law


def test_what_is_no_known_fault_is_not_called_one(port):
    """Another eps is neither the mean of something nor a factor."""
    package = port({"LayerNorm": AnotherEps})
    row = tried(component("layers.norm.LayerNorm"), sides_of(package), 0, 0)
    told = explained("layers.norm.LayerNorm", row.finding, 0, seconds=2)
    assert told.failures and not told.causes, told.causes
