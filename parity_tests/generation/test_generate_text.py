"""Text from text: what is streamed, where it ends, and what it may be."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

import numpy_impl.generation.generate as ours
import torch_impl.generation.generate as theirs

from .fake_models import both, fake_twins


class Decoder:
    def add(self, token):
        return "" if token % 2 else f"<{token}>"


class Letters:
    """A tokenizer of letters from a; odd ids end no character."""
    vocab_size, stop_tokens = 9, (4, 6)

    def encode(self, text, allowed_special=(), add_beginning=True):
        assert allowed_special == "all" and add_beginning
        return [ord(letter) - 97 for letter in text]

    def stream_decoder(self, goes_on=False):
        return Decoder()


@given(st.text("abcdefgh", min_size=1), st.integers(0, 2**32 - 1))
def test_text_is_streamed_up_to_a_stop_token(prompt, seed):
    ids = Letters().encode(prompt, "all")
    new = both(ids, 9, seed, stop=(4, 6), vocab_limit=9)
    expected = "".join(f"<{i}>" for i in new if i in (0, 2, 8))
    for side, model in zip((ours, theirs), fake_twins(seed), strict=True):
        text = side.generate_text(model, Letters(), prompt, 9)
        assert "".join(text) == expected


def test_text_options_reach_generate():
    for side, model in zip((ours, theirs), fake_twins(), strict=True):
        pieces = list(side.generate_text(model, Letters(), "a", 7, stop=None,
                                         temperature=0))
        assert len(pieces) == 7
        with pytest.raises(ValueError, match="prompt is empty"):
            side.generate_text(model, Letters(), "", 7)


def test_text_ends_in_front_of_a_stop_string():
    """<2><0> is two tokens, and nothing of it is seen."""
    for side, model in zip((ours, theirs), fake_twins(4), strict=True):
        whole = "".join(side.generate_text(model, Letters(), "abc", 40, stop=None))
        string = whole[4:10]
        assert string.count("<") == 2
        pieces = list(side.generate_text(model, Letters(), "abc", 40, stop=None,
                                         stop_strings=string))
        assert "".join(pieces) == whole[:whole.index(string)]
        with pytest.raises(ValueError, match="a stop string is empty"):
            side.generate_text(model, Letters(), "a", 7, stop_strings=["a", ""])


def test_text_may_be_one_of_a_list():
    class Choosing(Letters):
        def encode(self, text, allowed_special="all", add_beginning=True):
            return super().encode(text, allowed_special, add_beginning)
    for side, model in zip((ours, theirs), fake_twins(2), strict=True):
        for seed in range(5):
            text = "".join(side.generate_text(
                model, Choosing(), "ab", 9, choices=["ca", "ia", "aci"], seed=seed))
            assert text in ("<2><0>", "<8><0>", "<0><2><8>")
        with pytest.raises(ValueError, match="writes one text; for more, generate"):
            side.generate_text(model, Letters(), "a", 7, n=2)
