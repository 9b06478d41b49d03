import pytest
import tiktoken_ext.openai_public as published
from hypothesis import given

from twinformer.tokenizers.patterns import PATTERNS, compile_pattern

from parity_tests.text.samples import error_of, texts


@pytest.mark.parametrize("pattern", PATTERNS)
@given(texts())
def test_nothing_is_lost(pattern, text):
    pieces = compile_pattern(pattern).findall(text)
    assert "".join(pieces) == text and all(pieces)


@pytest.mark.parametrize("pattern, text, pieces", [
    ("gpt2", "I'll've  12345 don'T\n\n x", ["I", "'ll", "'ve", " ", " 12345", " don", "'", "T",
                                            "\n\n", " x"]),
    ("cl100k", "I'LL  12345 (foo)\n\n x", ["I", "'LL", " ", " ", "123", "45", " (", "foo", ")\n\n",
                                           " x"]),
    ("llama3", "12345", ["123", "45"]),
    ("qwen", "a 123", ["a", " ", "1", "2", "3"]),
    ("o200k", "camelCase HTTPServer's ab/\n", ["camel", "Case", " HTTPServer's", " ab", "/\n"]),
])
def test_known_cuts(pattern, text, pieces):
    assert compile_pattern(pattern).findall(text) == pieces


def test_o200k_is_the_published_expression(monkeypatch):
    monkeypatch.setattr(published, "load_tiktoken_bpe", lambda *_, **__: {})
    assert PATTERNS["o200k"] == published.o200k_base()["pat_str"]


def test_unknown_patterns_are_refused():
    assert "gpt2" in error_of(compile_pattern, "(")
    assert "(?:...)" in error_of(compile_pattern, "(a)")
