"""The laws of the proof have their Chinese, and none is told of that is gone."""
import ast
import inspect
import re

import numpy as np
import pytest

from parity_tests import component, seeded_case
import parity_tests.running
from parity_tests.ports import causes, laws, running
from parity_tests.ports.causes import about_factor, about_shape
from parity_tests.ports.known_faults import FAULTS
from parity_tests.ports.verdict import Failure
from twinformer.exercises.judges.laws import LAWS, cause_in, faults, law_in


def sentences():
    """What broken_law returns, with a name in the place of each value."""
    for node in ast.walk(ast.parse(inspect.getsource(laws.broken_law))):
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Constant | ast.JoinedStr):
            parts = getattr(node.value, "values", [node.value])
            text = "".join(part.value if isinstance(part, ast.Constant) else "dx"
                           for part in parts)
            if text:
                yield text


def test_every_law_is_told_in_chinese():
    found = list(sentences())
    assert len(found) == len(LAWS)
    for law in found:
        assert re.search("[一-鿿]", law_in("zh", law)), law
        assert law_in("en", law) == law
    assert law_in("zh", "something else") == "something else"


RIGHT = np.arange(1.0, 10.0).reshape(3, 3)
CASE = seeded_case(component("layers.softmax.softmax"), 0, 0)
n = CASE.dy.size


@pytest.mark.parametrize("got, said", [
    (0 * RIGHT, "全是 0"), (-RIGHT, "符号"), (RIGHT.T, "转置"), (1.5 * RIGHT, "1.5 倍"),
    (RIGHT / n, "求了平均"), (n * RIGHT, "求了和"), (RIGHT * n ** -0.5, "多乘了一次"),
    (RIGHT * n ** 0.5, "漏了系数"), (RIGHT.astype(np.float32) + np.float32(1e-7), "单精度")])
def test_what_follows_from_numbers_is_told_in_chinese(got, said):
    cause = about_factor("dx", got, RIGHT, 1e-15, CASE)
    assert cause and said in cause_in("zh", cause), cause
    assert cause_in("en", cause) == cause


@pytest.mark.parametrize("shape, said", [(None, "没有算它"), ((3, 2), "转置"),
                                         ((5, 2, 3), "没有对前面的各个轴求和")])
def test_what_follows_from_a_shape_is_told_in_chinese(shape, said):
    failure = Failure("dweight", "shape" if shape else "missing", (2, 3), shape, None, None, None,
                      None, 6, 6)
    assert said in cause_in("zh", about_shape(failure))


CHINESE = re.compile("[一-鿿]")
FILLED = {"meaning": "{meaning}"}       # one of several, put in below


def texts_of(*nodes):
    """The strings of syntax trees that have a formatted value or more than a word in them,
    with a 3 in the place of each value."""
    for node in nodes:
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value
        elif isinstance(node, ast.JoinedStr):
            yield "".join(
                part.value if isinstance(part, ast.Constant)
                else FILLED.get(ast.unparse(part.value), "3") for part in node.values)
        elif isinstance(node, ast.BinOp):
            for left in texts_of(node.left):
                yield left
                yield left + "".join(texts_of(node.right.left if isinstance(
                    node.right, ast.BinOp) else node.right))
        elif isinstance(node, ast.IfExp):
            yield from texts_of(node.body)


def said_by(*functions):
    """(kind of node, text) of all that functions return or raise."""
    for function in functions:
        for node in ast.walk(ast.parse(inspect.getsource(function))):
            if isinstance(node, ast.Return) and node.value:
                yield from (text for text in texts_of(node.value) if text)
            elif isinstance(node, ast.Raise) and isinstance(node.exc, ast.Call):
                kind = ast.unparse(node.exc.func)
                yield from (f"{kind}: {text}" for text in texts_of(*node.exc.args))


def causes_from_numbers():
    meanings = [text for node in ast.walk(ast.parse(inspect.getsource(about_factor)))
                if isinstance(node, ast.For) and "meaning" in ast.unparse(node.target)
                for pair in node.iter.elts for text in texts_of(pair.elts[0])]
    assert len(meanings) == 4
    for text in said_by(about_shape, about_factor, causes.about_empty_rows):
        yield from {text.replace("{meaning}", one) for one in meanings}


def test_every_cause_from_numbers_is_told_in_chinese():
    found = list(causes_from_numbers())
    assert len(found) >= 11
    for cause in found:
        assert CHINESE.search(cause_in("zh", cause)), cause


def test_every_known_fault_is_told_in_chinese():
    for fault in FAULTS:
        for follows in ("", "; the gradients follow from it"):
            cause = f"y, dx: {fault.name}. Right is: {fault.advice}{follows}."
            told = cause_in("zh", cause)
            assert faults()["names"][fault.name] in told and told.startswith("y, dx：")
            assert faults()["advice"][fault.advice] in told
            assert ("梯度也随之而错" in told) == bool(follows)
            assert cause_in("en", cause) == cause
    assert set(faults()["names"]) == {fault.name for fault in FAULTS}
    assert set(faults()["advice"]) == {fault.advice for fault in FAULTS}
    assert all(CHINESE.search(told) for told in faults()["names"].values())


def test_every_error_of_running_a_port_is_told_in_chinese():
    found = list(said_by(running.by_hand, running.take_parameters,
                         parity_tests.running.check_fit))
    assert len(found) >= 6
    for error in found:
        assert CHINESE.search(law_in("zh", error)), error
