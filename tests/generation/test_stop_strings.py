"""Stop strings: the text in front of the first, and never a part of one."""
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from twinformer.generation.stop_strings import check_stop_strings, until_stop_string
from twinformer.generation.streaming import stream_text
from twinformer.tokenizers.byte_tokenizer import ByteTokenizer

TEXTS = st.text("ab你\n", max_size=12)
STOPS = st.lists(st.text("ab你\n", min_size=1, max_size=4), min_size=1, max_size=3)


def expected(text, stops):
    """Letter by letter: up to the first place at which one is complete."""
    for end in range(1, len(text) + 1):
        complete = [stop for stop in stops if text[:end].endswith(stop)]
        if complete:
            return text[:end - max(map(len, complete))], True
    return text, False


def cut(text, places):
    places = sorted({place % (len(text) + 1) for place in places})
    return [text[a:b] for a, b in zip([0, *places], [*places, len(text)], strict=True)]


@given(TEXTS, STOPS, st.lists(st.integers(0, 12), max_size=6))
@example("aab", ["ab"], [1, 2])            # a beginning that was none, and then was one
@example("abab你", ["aba你", "bab"], [])    # one inside the beginning of another
@example("ab", ["ab", "b"], [1])           # two at once: the longer one
@example("你好你", ["你好\n"], [1])          # a beginning at the end is text
def test_however_it_is_cut_the_same_is_shown(text, stops, places):
    pieces = cut(text, places)
    shown, stopped = expected(text, stops)
    so_far = ""
    asked = iter(pieces)
    for read, piece in enumerate(until_stop_string(asked, stops), 1):
        so_far += piece
        # what is shown is never taken back, and no part of what ends the text
        assert shown.startswith(so_far)
        # and of what has come all is shown that cannot be the beginning of a stop string
        came = "".join(pieces[:read])
        held = came[len(so_far):]
        if read < len(pieces) and not stopped:
            assert held == "" or any(stop.startswith(held) for stop in stops)
    assert so_far == shown
    if stopped:    # nothing more is asked for
        end = len(shown) + min(len(s) for s in stops if text[len(shown):].startswith(s))
        assert len("".join(pieces[:len(pieces) - len(list(asked))])) >= end


def test_a_chinese_stop_string_over_the_borders_of_tokens():
    """Of bytes: each character is three tokens."""
    tokenizer = ByteTokenizer()
    ids = tokenizer.encode("你好。用户：再见")
    came = []

    def watched():
        for token in ids:
            came.append(token)
            yield token
    pieces = list(until_stop_string(stream_text(tokenizer, watched()), ["用户："]))
    assert "".join(pieces) == "你好。" and len(came) == 3 * 6
    pieces = list(until_stop_string(stream_text(tokenizer, ids[:12]), ["用户："]))
    assert "".join(pieces) == "你好。用"    # no stop string after all


def test_what_stop_strings_may_be():
    assert check_stop_strings(None) == [] and check_stop_strings("ab") == ["ab"]
    assert check_stop_strings(("a", "b")) == ["a", "b"]
    with pytest.raises(ValueError, match="a stop string is empty"):
        check_stop_strings(["a", ""])
    with pytest.raises(TypeError, match="must be text, got 3"):
        check_stop_strings([3])
