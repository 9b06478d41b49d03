"""The trie of choices: what may follow, and where it ends."""
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinformer.generation.choices import Choices, encoded_choices
from twinformer.tokenizers.byte_tokenizer import ByteTokenizer

SEQUENCES = st.lists(st.lists(st.integers(0, 4), min_size=1, max_size=4), min_size=1, max_size=6)


@given(SEQUENCES, st.sampled_from([[9], [7, 9]]))
def test_following_what_is_allowed_writes_the_choices_and_nothing_else(sequences, stops):
    choices, found, texts = Choices(sequences, stops), [], [[]]
    while texts:
        text = texts.pop()
        following = choices.allowed(text)
        assert following == sorted(set(following)) != []
        for token in following:
            if token in stops:
                found.append(text)
            else:
                texts.append([*text, token])
    every = sorted({tuple(s) for s in sequences for _ in stops})
    assert sorted(map(tuple, found)) == sorted(t for t in every for _ in stops)
    assert choices.longest == max(map(len, sequences))


def test_a_choice_may_be_the_beginning_of_another():
    choices = Choices([[1], [1, 2], [3, 4]], 9)
    assert choices.allowed([]) == [1, 3]
    assert choices.allowed([1]) == [2, 9]
    assert choices.allowed([1, 2]) == [9] and choices.allowed([3]) == [4]
    assert choices.allowed([1, 9]) == choices.allowed([1, 9, 9]) == [9]    # it has ended
    assert choices.allowed([8]) == [9]


@pytest.mark.parametrize(("sequences", "stop", "kind", "message"), [
    ([[1]], None, ValueError, "choices need a stop token"),
    ([], 9, ValueError, "there is no choice"),
    ([[1], []], 9, ValueError, "a choice is empty"),
    ([[1, 9]], 9, ValueError, r"\[1, 9\] contains a stop token, of \[9\]"),
    ([["a"]], 9, TypeError, "must be a whole number, got 'a'"),
    ([[-1]], 9, ValueError, "at least 0"),
])
def test_mistakes_are_refused(sequences, stop, kind, message):
    with pytest.raises(kind, match=message):
        Choices(sequences, stop)


def test_a_model_must_be_able_to_write_them():
    choices = Choices([[1], [1, 5]], 6)
    choices.check(7, 3)
    with pytest.raises(ValueError, match="token id 6 of a choice, or of its end"):
        choices.check(6, 3)
    with pytest.raises(ValueError, match="longest choice has 2 tokens and its end: .* least 3"):
        choices.check(7, 2)


def test_texts_are_encoded_as_they_are():
    tokenizer = ByteTokenizer()
    assert encoded_choices(tokenizer, ["是", " no"]) == [[0xe6, 0x98, 0xaf], [32, 110, 111]]
    with pytest.raises(ValueError, match="a choice is empty"):
        encoded_choices(tokenizer, ["a", ""])
    with pytest.raises(ValueError, match="must be a list of texts, got the text 'yes'"):
        encoded_choices(tokenizer, "yes")
