"""A small model from nothing but the texts to learn from."""
import numpy as np
import pytest

from twinformer.classification.encoded import Reading
from twinformer.configs.classify_config import ClassifyConfig, ScratchConfig
from twinformer.configs.recipes import FROM_SCRATCH
from twinformer.classification.scratch import (
    new_tokenizer, read_texts, untrained,
)
from twinformer.configs.finetuning_config import FinetuningConfig
from numpy_impl.models.pretrained import model_of
from twinformer.tokenizers.byte_tokenizer import ByteTokenizer
from twinformer.configs.device_config import DeviceConfig
from numpy_impl.training.objective import NextTokens
from numpy_impl.training.learner import Learner

TEXTS = ["the cat sat on the mat", "the dog sat on the log", "WIN a prize \u4f60\u597d"] * 4


def test_a_tokenizer_is_as_large_as_the_texts_allow():
    small = new_tokenizer(ScratchConfig(vocab_size=10_000), TEXTS)
    assert 257 < small.vocab_size < 400
    assert new_tokenizer(ScratchConfig(vocab_size=260), TEXTS).vocab_size == 260
    assert new_tokenizer(ScratchConfig(vocab_size=257), ["a"]).vocab_size == 257
    assert isinstance(new_tokenizer(ScratchConfig(tokenizer="bytes"), TEXTS), ByteTokenizer)
    for text in TEXTS:
        assert small.decode(small.encode(text)) == text


def test_the_model_has_the_shape_that_is_asked_for():
    config = ScratchConfig(d_model=8, n_heads=2, n_layers=3, context_length=16)
    shape, parameters = untrained(config, ByteTokenizer(), seed=1)
    assert (shape.d_model, shape.n_layers, shape.context_length) == (8, 3, 16)
    assert parameters["blocks.2.attention.qkv.weight"].shape == (24, 8)


def test_reading_lowers_the_surprise():
    """And is the same each time, as a run that is started anew must be."""
    tokenizer = ByteTokenizer()
    ids = [np.array(tokenizer.encode(text)) for text in TEXTS]
    config = ScratchConfig(d_model=16, n_heads=2, context_length=12)
    finetuning = FinetuningConfig(batch_size=4, learning_rate=1e-2, seed=3)
    reading = Reading(12, False, 0)
    weights = []
    for _ in range(2):
        model = model_of(*untrained(config, tokenizer, seed=3))
        learner = Learner(model, NextTokens(), finetuning, DeviceConfig())
        row = np.array([ids[0][:13]])
        before, count = learner.evaluate((row[:, :-1], row[:, 1:]))
        read_texts(learner, ids, reading, 5, finetuning)
        after, _ = learner.evaluate((row[:, :-1], row[:, 1:]))
        assert after < 0.7 * before and count == 12
        weights.append(model.blocks[0].attention.qkv.weight)
    np.testing.assert_array_equal(*weights)


def test_the_recipe_from_scratch_names_settings_that_exist():
    config = ClassifyConfig()
    for name in FROM_SCRATCH:
        part, field = name.split(".")
        assert hasattr(getattr(config, part), field), name


@pytest.mark.parametrize("setting, message", [
    (dict(vocab_size=200), "at least 257"),
    (dict(d_model=10, n_heads=4), "model.n_heads .4. does not divide"),
    (dict(n_layers=0), "n_layers must be at least 1"),
    (dict(reading_epochs=-1), "must not be negative")])
def test_what_cannot_be(setting, message):
    with pytest.raises(ValueError, match=message):
        ScratchConfig(**setting)
