"""The laws of the proof have their Chinese, and none is told of that is gone."""
import ast
import inspect
import re

from parity_tests.ports import laws
from twinformer.exercises.judges.laws import LAWS, law_in


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
