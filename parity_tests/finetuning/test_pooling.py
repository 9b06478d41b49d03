"""Reading a class off the positions: the proof, and what is not read."""
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import numpy_impl.finetuning.pooling as ours
import torch_impl.finetuning.pooling as theirs

from ..agreement import assert_rounding
from ..strategies import cases, generic

POOL = "finetuning.pooling.pool"


@pytest.mark.parametrize("token, expected", [
    ("first", [[1, 0, 0, 0], [1, 0, 0, 0]]),
    ("last", [[0, 0, 0, 1], [0, 0, 0, 1]]),
    ("last_real", [[0, 1, 0, 0], [0, 0, 0, 1]]),
    ("mean", [[.5, .5, 0, 0], [.25, .25, .25, .25]])])
def test_what_is_read(token, expected):
    last = np.array([1, 3])
    found = ours.position_weights(last, 4, token, np.dtype(float))
    twin = theirs.position_weights(torch.tensor(last), 4, token, torch.float64)
    for weights in (found, twin.numpy()):
        np.testing.assert_array_equal(np.broadcast_to(weights, (2, 4)),
                                      expected)


@given(cases(POOL, generic))
def test_the_mean_of_a_heads_words_is_its_word_on_the_mean(case):
    """Pooling after a linear head is pooling before it."""
    features, last, _ = case.inputs.values()               # (B, T, D)
    D = features.shape[2]
    head = np.random.default_rng(0).standard_normal((3, D))
    after, _ = ours.pool(features @ head.T, last, "mean")
    before, _ = ours.pool(features, last, "mean")
    scale = np.abs(features).max() * np.abs(head).max() * D
    assert_rounding(after, before @ head.T, 1, scale)


@pytest.mark.parametrize("package", [ours, theirs])
def test_another_token_is_refused(package):
    make = np.zeros if package is ours else torch.zeros
    with pytest.raises(ValueError, match="first, last, last_real, mean, got "
                                         "'middle'"):
        package.pool(make((1, 2, 3)), make(1), "middle")


@pytest.mark.parametrize("token", ["first", "last", "last_real"])
@given(st.data())
def test_one_position_is_the_one_that_has_all_the_weight(token, data):
    length = data.draw(st.integers(1, 6))
    last = np.array(data.draw(st.lists(st.integers(0, length - 1), min_size=1, max_size=4)))
    read = ours.only_position(last, length, token)
    weights = np.broadcast_to(ours.position_weights(last, length, token, float),
                              (len(last), length))
    np.testing.assert_array_equal(weights.argmax(-1)[:, None], read)
    np.testing.assert_array_equal(weights.max(-1), 1)
    same = theirs.only_position(torch.from_numpy(last), length, token)
    np.testing.assert_array_equal(read, same)
    assert ours.only_position(last, length, "mean") is None
    assert theirs.only_position(last, length, "mean") is None
