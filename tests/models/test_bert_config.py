"""The published sizes of BERT, to the last parameter."""
import math
from dataclasses import FrozenInstanceError, replace

import numpy as np
import pytest
import torch

from numpy_impl.models.bert import BertModel
from numpy_impl.models.parameters import get_parameters
from torch_impl.models import bert as twin
from torch_impl.models.parameters import get_parameters as get_twins
from twinformer.architectures.bert import BERT_PRESETS, BertConfig, bert_preset
from twinformer.models.initialisation import initial_array

SMALL = BertConfig(vocab_size=13, context_length=5, d_model=12, n_heads=3, n_layers=2, d_hidden=7,
                   n_segments=3)


@pytest.mark.parametrize("name, bare, pretrained", [
    ("bert-tiny", 4_385_920, None),
    ("bert-base-uncased", 109_482_240, 110_106_428),
    ("bert-large-uncased", 335_141_888, 336_226_108)])
def test_published_parameter_counts(name, bare, pretrained):
    """And transformers', which builds models without memory for them."""
    config = bert_preset(name)
    assert config.parameter_count(heads=False) == bare
    assert pretrained in (None, config.parameter_count())
    transformers = pytest.importorskip("transformers")
    theirs = transformers.BertConfig(
        hidden_size=config.d_model, num_hidden_layers=config.n_layers,
        num_attention_heads=config.n_heads, intermediate_size=config.d_hidden)
    with torch.device("meta"):
        models = [transformers.BertModel(theirs), transformers.BertForPreTraining(theirs)]
    assert [sum(tensor.numel() for tensor in model.parameters()) for model in models] == [
        bare, config.parameter_count()]


def test_both_models_begin_with_the_same_bits():
    """Of the names and shapes that the config tells, in this order."""
    for config in (SMALL, replace(SMALL, n_layers=1, activation="relu")):
        shapes = config.parameter_shapes()
        for seed in (0, 5):
            one, other = (get(model(config, seed)) for get, model in (
                (get_parameters, BertModel), (get_twins, twin.BertModel)))
            assert list(one) == list(other) == list(shapes)
            for name, shape in shapes.items():
                expected = initial_array(name, shape, seed)
                np.testing.assert_array_equal(one[name], expected, name)
                np.testing.assert_array_equal(other[name], expected, name)
        assert sum(map(np.size, one.values())) == config.parameter_count()


def test_flops_per_token():
    """6 for each weight that multiplies a position's vector, and attention's 12 L D T."""
    config = bert_preset("bert-base-uncased")
    products = sum(math.prod(shape) for name, shape in config.parameter_shapes().items()
                   if len(shape) == 2 and name.startswith(("blocks.", "head.", "token_")))
    assert config.flops_per_token(512) == 6 * products + 12 * 12 * 768 * 512


@pytest.mark.parametrize("wrong, message", [
    ({"n_heads": 5}, "model.n_heads .5. does not divide model.d_model .768."),
    ({"n_layers": 0}, "model.n_layers must be at least 1, got 0"),
    ({"n_segments": 0}, "model.n_segments must be at least 1, got 0"),
    ({"attention_dropout": 1.0}, "model.attention_dropout is the share .* got 1.0"),
    ({"activation": "tanh"}, "model.activation must be one of relu, .* got 'tanh'"),
    ({"norm_epsilon": 0.0}, "expected a number above 0, got 0.0")])
def test_impossible_shapes_are_refused(wrong, message):
    with pytest.raises(ValueError, match=message):
        BertConfig(**wrong)


def test_presets_by_name():
    assert [bert_preset(name) for name in BERT_PRESETS] == list(BERT_PRESETS.values())
    with pytest.raises(ValueError, match=r"bert-huge.*bert-tiny, bert-base-uncased"):
        bert_preset("bert-huge")
    with pytest.raises(FrozenInstanceError):
        bert_preset("bert-tiny").n_layers = 3
