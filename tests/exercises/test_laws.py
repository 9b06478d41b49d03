"""The laws of the proof have their Chinese, and none is told of that is gone."""
import ast
import inspect
import re

import numpy as np
import pytest

from parity_tests import component, seeded_case
from parity_tests.ports import laws
from parity_tests.ports.causes import about_factor, about_shape
from parity_tests.ports.verdict import Failure
from twinformer.exercises.judges.laws import LAWS, cause_in, law_in


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
