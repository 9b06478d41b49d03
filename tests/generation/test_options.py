"""Options: one file for both packages; its laws that no other test shows."""
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import twinformer.generation.options as theirs
from twinformer.generation import options


def test_the_twin_uses_the_references_file():
    for name in options.__all__:
        assert getattr(theirs, name) is getattr(options, name)


@given(st.floats(0, allow_infinity=False), st.none() | st.integers(1),
       st.none() | st.floats(0, 1, exclude_min=True))
def test_everything_in_range_is_accepted(temperature, top_k, top_p):
    options.check_sampling_options(temperature, top_k, top_p)


def test_numbers_of_numpy_and_torch_are_numbers():
    options.check_sampling_options(np.float32(0.5), np.int64(3),
                                   torch.tensor(0.5))
    assert options.check_whole("n", np.uint8(3), 0, "") == 3


def test_stop_tokens_are_a_list():
    assert options.stop_tokens(None) == []
    assert options.stop_tokens(0) == [0]
    assert options.stop_tokens(np.int64(7)) == [7]
    assert options.stop_tokens({3}) == [3]
    assert options.stop_tokens((1, 2)) == [1, 2]


@pytest.mark.parametrize("ids", [[1, 2], np.array([1, 2], np.uint8),
                                 torch.tensor([1, 2]), range(1, 3)])
def test_a_prompt_becomes_int64(ids):
    prompt = options.check_prompt(ids, 3)
    assert prompt.dtype == np.int64 and prompt.tolist() == [1, 2]
