import numpy as np
import pytest
from hypothesis import given

from twinformer.batches.windows import sliding_windows

from ..corpora.texts import corpora
from parity_tests.text.samples import error_of


@given(corpora())
def test_windows_are_those_of_the_book(corpus):
    tokens, max_length, stride = corpus
    inputs, targets = sliding_windows(*corpus)
    step = stride or max_length
    starts = range(0, len(tokens) - max_length, step)        # the book's loop
    assert inputs.tolist() == [tokens[i:i + max_length].tolist() for i in starts]
    assert targets.tolist() == [tokens[i + 1:i + max_length + 1].tolist() for i in starts]
    assert np.shares_memory(inputs, tokens)


def test_bad_arguments():
    tokens = np.arange(10)
    assert "11 tokens" in error_of(sliding_windows, tokens, 10)
    assert "at least 1" in error_of(sliding_windows, tokens, 4, 0)
    assert "at least 1" in error_of(sliding_windows, tokens, 0)
    with pytest.raises(TypeError, match="float64"):
        sliding_windows(tokens / 2, 4)
    with pytest.raises(TypeError, match="dimension"):
        sliding_windows(tokens.reshape(2, 5), 4)
