"""The windows of the book's loop, in both packages."""
import numpy as np
import pytest
import torch
from hypothesis import example, given, strategies as st
from torch.utils.data import Dataset

import numpy_impl.text.windows as ours
import torch_impl.text.windows as theirs
from twinformer.batches.shards import ShardedTokens

from .samples import error_of


@st.composite
def corpora(draw):
    """tokens, in one array or several; max_length, stride"""
    max_length = draw(st.integers(1, 9))
    stride = draw(st.none() | st.integers(1, 12))
    n = draw(st.integers(max_length + 1, 120))
    dtype = draw(st.sampled_from([np.uint16, np.uint32, np.int64, ">u2"]))
    tokens = np.random.default_rng(n).integers(0, 2**15, n).astype(dtype)
    if draw(st.booleans()):
        cuts = sorted(draw(st.lists(st.integers(0, n), max_size=3)))
        return ShardedTokens(np.split(tokens, cuts)), max_length, stride
    return tokens, max_length, stride


@given(corpora(), st.data())
@example((np.arange(2), 1, None), None)
def test_windows_are_those_of_the_book(corpus, data):
    tokens, max_length, stride = corpus
    starts = range(0, len(tokens) - max_length, stride or max_length)     # the book's loop
    inputs = [tokens[i:i + max_length].tolist() for i in starts]
    targets = [tokens[i + 1:i + max_length + 1].tolist() for i in starts]
    some = data.draw(st.lists(st.integers(-len(starts), len(starts) - 1))) if data else [0]
    for side in (ours, theirs):
        windows = side.SlidingWindows(*corpus)
        assert len(windows) == len(starts)
        assert [(a.tolist(), b.tolist()) for a, b in windows] == list(zip(inputs, targets))
        a, b = windows.__getitems__(np.array(some, int))
        assert a.shape == b.shape == (len(some), max_length)
        assert a.tolist() == [inputs[i] for i in some]
        assert b.tolist() == [targets[i] for i in some]
        for array in (a, b, *windows[0]):
            assert array.dtype in (np.int64, torch.int64)


def test_the_twin_is_a_dataset_of_tensors():
    windows = theirs.SlidingWindows(np.arange(20, dtype=np.uint16), 4)
    assert isinstance(windows, Dataset)
    assert all(isinstance(part, torch.Tensor) for part in windows[0])


@pytest.mark.parametrize("side", [ours, theirs])
def test_what_is_refused(side):
    tokens = np.arange(10)
    assert "11 tokens" in error_of(side.SlidingWindows, tokens, 10)
    assert "at least 1" in error_of(side.SlidingWindows, tokens, 4, 0)
    assert "at least 1" in error_of(side.SlidingWindows, tokens, 0)
    with pytest.raises(TypeError, match="float64"):
        side.SlidingWindows(tokens / 2, 4)
    with pytest.raises(TypeError, match="dimension"):
        side.SlidingWindows(tokens.reshape(2, 5), 4)
    for index in (9, -10):
        with pytest.raises(IndexError):
            side.SlidingWindows(tokens, 1)[index]
