"""A vocabulary that grows leaves every old logit as it was, on both sides."""
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from twinformer.models.config import GPT2Config
from numpy_impl.models.gpt2 import GPTModel
from twinformer.models.initialisation import initial_parameters
from numpy_impl.models.parameters import set_parameters
from twinformer.models.vocabulary import extend_vocabulary
from torch_impl.models import gpt2
from torch_impl.models import parameters as theirs


def logits(config, parameters, ids):
    model, twin = GPTModel(config), gpt2.GPTModel(config)
    set_parameters(model, parameters)
    theirs.set_parameters(twin, parameters)
    return model.forward(ids)[0], twin(torch.tensor(ids)).detach().numpy()


@given(st.booleans(), st.integers(0, 5), st.integers(0, 99))
def test_old_logits_keep_their_values(tied, new, seed):
    config = GPT2Config(vocab_size=9, context_length=6, d_model=8, n_heads=2,
                        n_layers=1, dropout=0.0, tie_embeddings=tied)
    before = initial_parameters(config, seed)
    larger, after = extend_vocabulary(config, before, 9 + new)
    ids = np.random.default_rng(seed).integers(0, 9, (2, 6))

    assert larger.vocab_size == 9 + new and set(after) == set(before)
    for old, grown in zip(logits(config, before, ids),
                          logits(larger, after, ids), strict=True):
        # A product of another shape may round its sums of 8 terms otherwise.
        np.testing.assert_allclose(grown[..., :9], old, rtol=0, atol=8 * 6e-8)
        mean = np.repeat(old.mean(-1, keepdims=True), new, -1)
        np.testing.assert_allclose(grown[..., 9:], mean, rtol=0, atol=16 * 6e-8)
    logits(larger, after, np.arange(9 + new)[None, :6] + new)  # can be read


def test_a_vocabulary_cannot_shrink():
    config = GPT2Config(vocab_size=9, d_model=8, n_heads=2, n_layers=1)
    parameters = initial_parameters(config, 0)
    with pytest.raises(ValueError, match="9 tokens, got 8"):
        extend_vocabulary(config, parameters, 8)
    parameters["token_embedding.weight"] = np.zeros((7, 8))
    with pytest.raises(ValueError, match=r"\(7, 8\) instead of \(9, 8\)"):
        extend_vocabulary(config, parameters, 12)
