"""Both packages start from the same bits, drawn once."""
from dataclasses import replace

import numpy as np
import pytest

import twinformer.models.initialisation as theirs
from twinformer.backend import implementation
from twinformer.models.config import GPT2Config
from twinformer.models.initialisation import (
    initial_factor, initial_parameters, parameter_shapes,
)

CONFIG = GPT2Config(vocab_size=211, context_length=64, d_model=64, n_heads=4,
                    n_layers=8)


def test_the_twin_draws_nothing_of_its_own():
    assert theirs.initial_parameters is initial_parameters


def test_shapes_names_and_dtype():
    drawn = initial_parameters(CONFIG, 0)
    assert {name: a.shape for name, a in drawn.items()} == parameter_shapes(
        CONFIG)
    assert {a.dtype for a in drawn.values()} == {np.dtype(np.float32)}


def test_spread_of_weights():
    """0.02, and 0.02 / sqrt(2 L) for the two projections into the stream:
    sample deviations within five of their own standard errors."""
    for name, a in initial_parameters(CONFIG, 3).items():
        if name.endswith("bias"):
            assert not a.any()
        elif "norm" in name:
            assert (a == 1).all()
        else:
            residual = name.endswith(("attention.out.weight",
                                      "feed_forward.down.weight"))
            std = 0.02 / 4 if residual else 0.02
            error = std / (2 * a.size) ** 0.5
            assert abs(a.std(dtype=np.float64) - std) < 5 * error, name


def test_seeds_and_names_each_have_their_own_stream():
    one, same, other = (initial_parameters(CONFIG, s) for s in (1, 1, 2))
    for name, a in one.items():
        np.testing.assert_array_equal(a, same[name])
        if a.std() > 0:
            assert (a != other[name]).any()
    assert (one["blocks.0.attention.qkv.weight"]
            != one["blocks.1.attention.qkv.weight"]).any()


def test_an_untied_head_leaves_all_others_as_they_are():
    tied = initial_parameters(CONFIG, 1)
    untied = initial_parameters(replace(CONFIG, tie_embeddings=False), 1)
    assert set(untied) - set(tied) == {"head.weight"}
    for name, a in tied.items():
        np.testing.assert_array_equal(a, untied[name])


@pytest.mark.parametrize("change", [{}, {"qkv_bias": False}, {"tie_embeddings": False}])
def test_shapes_are_those_of_the_model(change):
    """The layers' own, which GPT-2's configuration decides."""
    config = replace(CONFIG, n_layers=2, **change)
    model = implementation("numpy").GPTModel(config, seed=None)
    assert {name: a.shape for name, a in model.named_parameters()} == parameter_shapes(config)


def test_a_factor_is_even_between_bounds():
    """LoRA's A: as torch's Linear draws its weights, up to 1 / sqrt(inputs)."""
    a = initial_factor((64, 100), seed=1)
    assert -0.1 < a.min() < -0.09 and 0.09 < a.max() < 0.1
    assert abs(a.mean()) < 5 * 0.1 / 3 ** 0.5 / 80
