"""Texts that are hard to cut, and GPT-2's vocabulary on both sides."""
import functools
import unicodedata

import pytest
import regex
from hypothesis import strategies as st

import numpy_impl.text.bpe as ours
import torch_impl.text.bpe as theirs
from twinformer.tokenizers.formats.gpt2_files import read_gpt2_files

from ..shared_data import shared_data

NASTY = [
    " ", "  ", "\n", "\r\n", "\t", " \n ", "\n\n  ", "\u00a0", "\u3000", "\u2028", "\x1c", "\x85",
    "\0", "\ufeff", "'s", "'S", "'\u017f", "'ll", "'LL", "'", "\u2019s", "don't", "we'Re",
    "the", " the", "The", "THE", "camelCase", "HTTPServer", "\u01c5", "na\u00efve", "e\u0301",
    "1", "12", "1234567", "\u0663\u0664", "\u00bd", "\u2167", "a1b2", "_", "--",
    "...", "/", "//\n", "!?",
    "def f(x):\n    return x", "<|endoftext|>", "<|", "\u4f60\u597d",
    "\u7ea2\u697c\u68a6", "\u3042", "\ud55c\uad6d",
    "\U0001f937\U0001f3fd\u200d\u2640\ufe0f",
    "\U0001f469\u200d\U0001f469\u200d\U0001f467", "\u0627\u0644", "\u0e44\u0e17\u0e22",
    "\u0928\u092e",     "a" * 20, "ab" * 9, "=" * 30, "\U0010ffff", "\ufffd", "\ufdd0",
]


def settled(character: str) -> bool:
    """Do all libraries know this character's class, or none?

    ``regex`` and tiktoken may follow different versions of Unicode. Python's
    tables are older than both, so what they know is beyond doubt; so is what
    even ``regex`` takes to be unassigned. U+0295 changed its class.
    """
    return character != "\u0295" and (
        unicodedata.category(character) != "Cn" or bool(regex.match(r"\p{Cn}", character)))


def texts():
    """All of Unicode, and rows of fragments at which patterns go wrong."""
    anything = st.text(st.characters().filter(settled))
    return anything | st.lists(st.sampled_from(NASTY) | anything).map("".join)


@functools.cache
def gpt2():
    """(ours, tiktoken's twin) with GPT-2's vocabulary; skips where it is absent"""
    vocabulary = read_gpt2_files(shared_data("gpt2-tokenizer/vocab.bpe"),
                                 shared_data("gpt2-tokenizer/encoder.json"))
    return ours.BPETokenizer(*vocabulary), theirs.BPETokenizer(*vocabulary)


def real_text(name: str) -> str:
    """A shared data file with its line ends as they are."""
    return shared_data(name).read_bytes().decode("utf-8")


def error_of(function, *args, **kwargs) -> str:
    """The message of the ValueError that the call must raise, on one line."""
    with pytest.raises(ValueError) as caught:
        function(*args, **kwargs)
    assert "\n" not in str(caught.value)
    return str(caught.value)
