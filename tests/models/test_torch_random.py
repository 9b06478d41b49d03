"""torch's random numbers from NumPy: exact."""
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from twinformer.models.torch_random import TorchRandom

seeds = st.integers(0, 2**32 - 1)
# The polynomials are those of processors with AVX2; see TorchRandom.
vectorised = torch.backends.cpu.get_cpu_capability() in ("AVX2", "AVX512")


def assert_same_normal(ours, theirs):
    if vectorised:
        np.testing.assert_array_equal(ours, theirs)
    else:
        np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-6)


def test_the_words_are_those_of_the_mersenne_twister():
    """Seed 137, as tests of other projects have it; 24 bits of each are used."""
    words = np.array([4053805790, 2173880614, 380293709, 1237255315, 2986595568])
    np.testing.assert_array_equal(TorchRandom(137).uniform(5), words % 2**24 / 2**24)
    assert torch.rand(5, generator=torch.Generator().manual_seed(137)).tolist() == (
        words % 2**24 / 2**24).tolist()


@given(seed=seeds, n=st.integers(0, 3000), low=st.floats(-10, 10, width=32),
       width=st.floats(0, 10, width=32))
def test_uniform(seed, n, low, width):
    generator = torch.Generator().manual_seed(seed)
    theirs = torch.empty(n).uniform_(low, low + width, generator=generator)
    np.testing.assert_array_equal(TorchRandom(seed).uniform(n, low, low + width), theirs)


@given(seed=seeds, sizes=st.lists(st.integers(16, 500), min_size=1, max_size=4))
def test_normal_one_after_the_other(seed, sizes):
    """Sizes that are no multiple of 16 draw more, and the next begins there."""
    draw, generator = TorchRandom(seed), torch.Generator().manual_seed(seed)
    for n in sizes:
        assert_same_normal(draw.normal(n), torch.empty(n).normal_(generator=generator))


def test_a_million_normal_numbers_across_the_slices():
    n = 2**21 + 21
    assert_same_normal(TorchRandom(5).normal(n),
                       torch.empty(n).normal_(generator=torch.Generator().manual_seed(5)))


def test_few_normal_numbers_are_refused():
    with pytest.raises(ValueError, match="fewer than 16 normal numbers in another way, got 15"):
        TorchRandom(0).normal(15)


@given(seed=seeds, d_in=st.integers(1, 300), d_out=st.integers(1, 40))
def test_layers(seed, d_in, d_out):
    draw = TorchRandom(seed)
    state = torch.get_rng_state()
    torch.manual_seed(seed)
    linear, embedding = torch.nn.Linear(d_in, d_out), torch.nn.Embedding(16, d_out)
    torch.set_rng_state(state)
    np.testing.assert_array_equal(draw.linear(d_in, d_out), linear.weight.detach())
    np.testing.assert_array_equal(draw.bias(d_in, d_out), linear.bias.detach())
    assert_same_normal(draw.embedding(16, d_out), embedding.weight.detach())
