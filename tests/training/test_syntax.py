"""The share of valid Python: what counts as a statement, and what as valid."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinformer.corpora.documents import read_documents
from twinformer.training.syntax import (
    SyntaxShare, syntax_share, top_level_statements,
)


@pytest.mark.parametrize("text, valid, statements", [
    ("", 0, 0),
    ("x = 1\n", 1, 1),
    ("x = 1\ny = = 2\nz = 3\n", 2, 3),
    ("# only a comment\n\n", 0, 0),
    ("def f():\n    return 1\n\n    # more\nx = f()\n", 2, 2),
    ("@decorated\n@twice\ndef f():\n    pass\n", 1, 1),
    ("if x:\n    y\nelse:\n    z\n", 1, 1),
    ("try:\n    y\nexcept E:\n    z\nfinally:\n    a\nb\n", 2, 2),
    ("f(\n    1,\n)\n", 1, 1),
    ("f(\n    1,\n", 0, 1),
    ('"""A text\nof two lines.\n"""\nx = 1\n', 2, 2),
    ('"""never closed\nx = 1\ny = 2\n', 2, 3),
    ("    indented = 1\n", 0, 0),
    ("return 5 +\n", 0, 1),
    ("x = '\0'\n", 0, 1),
])
def test_statements_are_counted(text, valid, statements):
    assert syntax_share(text, complete=True) == SyntaxShare(valid, statements)


def test_the_last_statement_of_a_generated_text_is_left_out():
    assert syntax_share("x = 1\ndef broken_off(") == SyntaxShare(1, 1)
    assert syntax_share("") == SyntaxShare(0, 0)


def test_the_figure_in_words():
    assert str(SyntaxShare(3, 4)) == "3 of 4 top-level statements (75%)"
    assert str(SyntaxShare(0, 0)) == "no complete top-level statement"


def test_true_python_is_valid():
    """The mark: the standard library itself. Some files keep data in columns
    that begin at the margin, so a few of its statements look cut."""
    documents = read_documents(["standard-library"])[::12]
    shares = [syntax_share(document.text, complete=True) for document in documents]
    statements = sum(share.statements for share in shares)
    assert statements > 300
    assert sum(share.valid for share in shares) >= 0.95 * statements


@given(st.text())
def test_any_text_has_a_share(text):
    share = syntax_share(text, complete=True)
    assert 0 <= share.valid <= share.statements
    assert all(statement in text.replace("\r", "\n") or "\n" in statement
               for statement in top_level_statements(text))
