"""The published sizes, to the last parameter."""
from dataclasses import FrozenInstanceError, replace

import pytest

import twinformer.models.config as theirs
from twinformer.models.config import PRESETS, GPT2Config, preset
from numpy_impl.models.gpt2 import GPTModel
from twinformer.models.initialisation import parameter_shapes
from torch_impl.models import gpt2


@pytest.mark.parametrize("name, tied, bias, count", [
    ("gpt2", True, True, 124_439_808),          # OpenAI's; llm.c
    ("gpt2", True, False, 124_412_160),         # the book, without its head
    ("gpt2", False, False, 163_009_536),        # the book
    ("gpt2-medium", False, False, 406_212_608),
    ("gpt2-large", False, False, 838_220_800),
    ("gpt2-xl", False, False, 1_637_792_000),
    ("gpt2-medium", True, True, 354_823_168),
    ("gpt2-large", True, True, 774_030_080),
    ("gpt2-xl", True, True, 1_557_611_200)])
def test_published_parameter_counts(name, tied, bias, count):
    config = replace(preset(name), tie_embeddings=tied, qkv_bias=bias)
    assert config.parameter_count() == count
    assert sum(product(shape) for shape
               in parameter_shapes(config).values()) == count


def product(shape):
    count = 1
    for side in shape:
        count *= side
    return count


@pytest.mark.parametrize("tied", [True, False])
@pytest.mark.parametrize("bias", [True, False])
def test_the_models_have_as_many(tied, bias):
    config = GPT2Config(vocab_size=13, context_length=5, d_model=12,
                        n_heads=3, n_layers=2, qkv_bias=bias,
                        tie_embeddings=tied)
    ours = {name: array.shape for name, array
            in GPTModel(config).named_parameters()}
    twin = {name: tuple(tensor.shape) for name, tensor
            in gpt2.GPTModel(config).named_parameters()}
    assert list(ours.items()) == list(twin.items())
    assert ours == parameter_shapes(config)
    assert sum(map(product, ours.values())) == config.parameter_count()


def test_attention_and_feed_forward_of_the_smallest():
    shapes = parameter_shapes(replace(preset("gpt2"), qkv_bias=False))
    for part, count in (("attention", 2_360_064), ("feed_forward", 4_722_432)):
        assert sum(product(shape) for name, shape in shapes.items()
                   if name.startswith(f"blocks.0.{part}")) == count


def test_flops_per_token():
    """6 for each weight of a matrix product, and attention's 12 L D T / 2."""
    config = preset("gpt2")
    products = sum(product(shape) for name, shape
                   in parameter_shapes(config).items()
                   if len(shape) == 2 and "position" not in name)
    assert config.flops_per_token(1024) == (
        6 * products + 12 * 12 * 768 * 1024 / 2)


@pytest.mark.parametrize("wrong, message", [
    ({"n_heads": 5}, "does not divide model.d_model .768.; try 4 heads"),
    ({"n_layers": 0}, "model.n_layers must be at least 1, got 0"),
    ({"vocab_size": -3}, "model.vocab_size must be at least 1"),
    ({"dropout": 1.0}, "expected a number in .0, 1., got 1.0")])
def test_impossible_shapes_are_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        GPT2Config(**wrong)


def test_presets_by_name():
    assert [preset(name) for name in PRESETS] == list(PRESETS.values())
    with pytest.raises(ValueError, match=r"gpt2-xxl.*gpt2, gpt2-medium"):
        preset("gpt2-xxl")
    with pytest.raises(FrozenInstanceError):
        preset("gpt2").n_layers = 3
    assert theirs.GPT2Config is GPT2Config
