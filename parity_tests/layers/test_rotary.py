"""Rotary positions: a rotation, its inverse, what a score depends on, and the
frequencies of Llama 3 and YaRN beside transformers'."""
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import numpy_impl.layers.rotary_frequencies as ours
import torch_impl.layers.rotary_frequencies as theirs
from numpy_impl.layers.rotary import Rotary, rotate, rotate_backward

from ..agreement import DOUBLE, ULPS, assert_agree
from ..strategies import seeds

layouts = pytest.mark.parametrize("interleaved", [False, True])


def turned(x, t, interleaved=False, **about):
    rotary = Rotary.plain(x.shape[-1], **about)
    return rotate(x, *rotary.waves(np.array([t]), x.dtype), interleaved)


def rounding(*arrays):
    """A few roundings of the largest number in sight."""
    return ULPS * DOUBLE.eps * max(np.abs(a).max() for a in arrays)


@layouts
@given(seed=seeds)
def test_backward_is_the_inverse_rotation(interleaved, seed):
    x = np.random.default_rng(seed).standard_normal((2, 3, 5, 8))
    waves = Rotary.plain(6).waves(np.arange(5) * seed % 1000, x.dtype)
    y = rotate(x, *waves, interleaved)
    back = rotate_backward(y, *waves, interleaved)
    assert_agree(back, x, np.full(x.shape, rounding(x)))
    assert_agree((y * y).sum(-1), (x * x).sum(-1),
                 np.full(x.shape[:-1], 8 * rounding(x * x)))
    np.testing.assert_array_equal(y[..., 6:], x[..., 6:])


@layouts
@given(seed=seeds, t=st.integers(0, 100), s=st.integers(0, 100),
       shift=st.integers(0, 1000))
def test_a_score_depends_on_the_distance_alone(interleaved, seed, t, s, shift):
    q, k = np.random.default_rng(seed).standard_normal((2, 1, 8))
    near = turned(q, t, interleaved) @ turned(k, s, interleaved).T
    far = turned(q, t + shift, interleaved) @ turned(
        k, s + shift, interleaved).T
    # the angle of a far position is rounded to its own size
    allowed = (1 + t + s + shift) * 8 * rounding(q) * np.abs(k).max()
    assert_agree(far, near, np.full((1, 1), allowed))


@given(seeds)
def test_the_two_layouts_differ_by_the_order_of_features(seed):
    x = np.random.default_rng(seed).standard_normal((3, 8))
    order = np.arange(8).reshape(4, 2).T.ravel()  # first of each pair, second
    waves = Rotary.plain(8).waves(np.arange(3), x.dtype)
    np.testing.assert_array_equal(
        rotate(x, *waves, interleaved=True)[:, order],
        rotate(x[:, order], *waves))


def test_position_zero_turns_nothing():
    x = np.random.default_rng(0).standard_normal((1, 8))
    np.testing.assert_array_equal(turned(x, 0), x)


def test_what_cannot_be_turned_is_refused():
    with pytest.raises(ValueError, match="even width, got 7"):
        Rotary.plain(7)
    with pytest.raises(ValueError, match="angles for 8 features.*head has 6"):
        rotate(np.zeros((1, 6)), *Rotary.plain(8).waves(np.arange(1), float))


# -- frequencies --------------------------------------------------------------

def transformers_table(kind, dim, theta, **about):
    from transformers import LlamaConfig
    from transformers.modeling_rope_utils import ROPE_INIT_FUNCTIONS
    config = LlamaConfig(hidden_size=dim, num_attention_heads=1, head_dim=dim,
                         max_position_embeddings=131072, rope_parameters={
                             "rope_type": kind, "rope_theta": theta, **about})
    table, factor = ROPE_INIT_FUNCTIONS[kind](config, "cpu")
    return table.numpy(), factor


def assert_single(frequencies, table):
    """Equal, but for the single precision that transformers computes in."""
    single = np.finfo(np.float32).eps
    assert_agree(frequencies, table.astype(np.float64),
                 ULPS * single * np.abs(table))


@pytest.mark.parametrize("package", [ours, theirs])
@pytest.mark.parametrize("factor", [8.0, 32.0])
def test_llama_3_slows_down_what_transformers_does(package, factor):
    frequencies = package.llama3_frequencies(
        package.rotary_frequencies(64, 500000.0), factor, 1.0, 4.0, 8192)
    table, _ = transformers_table(
        "llama3", 64, 500000.0, factor=factor, low_freq_factor=1.0,
        high_freq_factor=4.0, original_max_position_embeddings=8192)
    assert_single(np.asarray(frequencies), table)


@pytest.mark.parametrize("package", [ours, theirs])
@pytest.mark.parametrize("truncate", [True, False])
@pytest.mark.parametrize("factor, original, theta, dim", [
    (8.0, 8192, 500000.0, 128), (32.0, 4096, 150000.0, 64),
    (4.0, 16, 10000.0, 4)])
def test_yarn_as_in_transformers(package, truncate, factor, original, theta,
                                 dim):
    frequencies = package.yarn_frequencies(
        package.rotary_frequencies(dim, theta), theta, factor, original,
        truncate=truncate)
    table, scale = transformers_table(
        "yarn", dim, theta, factor=factor, beta_fast=32.0, beta_slow=1.0,
        original_max_position_embeddings=original, truncate=truncate)
    assert_single(np.asarray(frequencies), table)
    assert package.yarn_attention_factor(factor) == scale


def test_the_factors_of_published_models():
    assert f"{ours.yarn_attention_factor(32.0):.10f}" == "1.3465735903"
    assert f"{ours.yarn_attention_factor(8.0):.10f}" == "1.2079441542"
    assert ours.yarn_attention_factor(1.0) == 1.0


def test_the_slowest_pair_of_all():
    frequencies = ours.rotary_frequencies(128, 10000.0)
    assert frequencies[0] == 1.0
    assert math.isclose(frequencies[-1], 10000 ** (-126 / 128))
    assert isinstance(theirs.rotary_frequencies(128), torch.Tensor)
