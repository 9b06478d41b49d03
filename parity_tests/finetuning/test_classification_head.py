"""A head for classes: the same bits in both packages, and nobody else's."""
import numpy as np
import pytest
import torch

from numpy_impl.finetuning import classification_head as ours
from twinformer.models.config import GPT2Config
from numpy_impl.models.gpt2 import GPTModel
from torch_impl.finetuning import classification_head as theirs
from torch_impl.models.gpt2 import GPTModel as TwinModel


def config(tied):
    return GPT2Config(vocab_size=7, context_length=4, d_model=6, n_heads=2,
                      n_layers=1, tie_embeddings=tied)


@pytest.mark.parametrize("tied", [True, False])
def test_both_packages_begin_alike(tied):
    model, twin = GPTModel(config(tied)), TwinModel(config(tied))
    ours.new_head(model, 3, seed=5)
    theirs.new_head(twin, 3, seed=5)
    for name, array in ours.head_parameters(6, 3, 5).items():
        np.testing.assert_array_equal(getattr(model.head, name), array)
        np.testing.assert_array_equal(
            getattr(twin.head, name).detach().numpy(), array)
    assert (model.head.weight != 0).all() and not model.head.bias.any()
    names = [name for name, _ in model.named_parameters()]
    assert names == [name for name, _ in twin.named_parameters()]
    assert model.head.weight.shape == (3, 6)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_it_has_the_dtype_of_the_model(dtype):
    model = GPTModel(config(True)).to(np.dtype(dtype))
    twin = TwinModel(config(True)).to(getattr(torch, dtype))
    ours.new_head(model, 2, seed=0)
    theirs.new_head(twin, 2, seed=0)
    assert model.head.weight.dtype == np.dtype(dtype)
    assert twin.head.weight.dtype == getattr(torch, dtype)


def test_it_lets_go_of_the_token_embedding():
    """Training the head alone leaves the embedding, its former twin."""
    for model in (GPTModel(config(True)), TwinModel(config(True))):
        (ours if isinstance(model, GPTModel) else theirs).new_head(model, 3, 1)
        assert model.head.weight is not model.token_embedding.weight
        assert model.token_embedding.weight.shape == (7, 6)


def test_the_published_size_has_the_published_count():
    """GPT-2 124M with two classes, its offsets counted: 124,441,346."""
    body = GPT2Config().parameter_count()
    head = sum(a.size for a in ours.head_parameters(768, 2, 0).values())
    assert body + head == 124_441_346
