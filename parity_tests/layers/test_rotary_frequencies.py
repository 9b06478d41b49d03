"""The frequencies of rotary positions, those of Llama 3 and YaRN beside
transformers'."""
import numpy as np
import pytest
import torch

import numpy_impl.layers.rotary_frequencies as ours
import torch_impl.layers.rotary_frequencies as theirs

from ..agreement import assert_agree
from ..bounds import DOUBLE, ULPS

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
    (4.0, 16, 10000.0, 4),
    (1.5, 300, 3.0, 8),     # the slow end lies beyond the last feature
    (4.0, 6, 10000.0, 8)])  # no pair turns once: the two ends are one
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
    slowest = np.array(10000 ** (-126 / 128))
    assert_agree(frequencies[-1], slowest, ULPS * DOUBLE.eps * slowest)
    assert isinstance(theirs.rotary_frequencies(128), torch.Tensor)
