"""Freezing: what learns, learns as before; what is frozen costs nothing."""
import numpy as np
import pytest
import torch

from twinformer.models.layer_choice import LAYERS, layers_to_train
from numpy_impl.finetuning import freezing as ours
from twinformer.models.config import GPT2Config
from numpy_impl.models.gpt2 import GPTModel
from twinformer.models.initialisation import initial_parameters
from numpy_impl.models.parameters import set_parameters
from torch_impl.finetuning import freezing as theirs
from torch_impl.models import gpt2 as twin

UNTIED = GPT2Config(vocab_size=11, context_length=6, d_model=8, n_heads=2,
                    n_layers=3, dropout=0.0, tie_embeddings=False)
IDS = np.random.default_rng(0).integers(11, size=(2, 6))
DLOGITS = np.random.default_rng(1).standard_normal((2, 6, 11))


def model_of(config=UNTIED):
    model = GPTModel(config).to(np.float64)
    set_parameters(model, initial_parameters(config, 0))
    return model


def gradients(model):
    logits, cache = model.forward(IDS)
    model.backward(DLOGITS, cache)
    return dict(model.named_gradients())


CHOICES = [(choice, layers_to_train(choice, 3)) for choice in LAYERS]
CHOICES += [(name, lambda n, name=name: n.startswith(name)) for name in (
    "token_embedding", "position_embedding", "blocks.0.attention.qkv.bias",
    "blocks.1.norm2.weight", "blocks.2.feed_forward.down", "final_norm.bias")]


@pytest.mark.parametrize("wanted", [w for _, w in CHOICES],
                         ids=[name for name, _ in CHOICES])
def test_the_gradients_that_are_left_are_the_same_to_the_bit(wanted):
    whole, part = gradients(model_of()), model_of()
    ours.train_only(part, wanted)
    found = gradients(part)
    assert found.keys() == set(filter(wanted, whole))
    for name, grad in found.items():
        np.testing.assert_array_equal(grad, whole[name], name)


@pytest.mark.parametrize("wanted", [w for _, w in CHOICES],
                         ids=[name for name, _ in CHOICES])
def test_both_packages_freeze_the_same(wanted):
    model, other = model_of(), twin.GPTModel(UNTIED)
    ours.train_only(model, wanted)
    theirs.train_only(other, wanted)
    assert ([name for name, _ in model.named_gradients()]
            == [name for name, tensor in other.named_parameters()
                if tensor.requires_grad])


@pytest.mark.parametrize("package", [ours, theirs])
@pytest.mark.parametrize("choice, n_layers, parts", [
    ("last_layer", 3, {"head"}),
    ("last_block", 3, {"head", "final_norm", "blocks.2"}),
    ("last_two_blocks", 3, {"head", "final_norm", "blocks.1", "blocks.2"}),
    ("last_two_blocks", 1, {"head", "final_norm", "blocks.0"}),
    ("all", 1, {"head", "final_norm", "blocks.0", "token_embedding",
                "position_embedding"})])
def test_what_each_choice_means(package, choice, n_layers, parts):
    wanted = layers_to_train(choice, n_layers)
    there = ["head", "final_norm", "token_embedding", "position_embedding",
             *(f"blocks.{number}" for number in range(n_layers))]
    assert {part for part in there if wanted(f"{part}.weight")} == parts


def test_nothing_is_kept_for_blocks_without_a_gradient():
    model = model_of()
    ours.train_only(model, layers_to_train("last_block", 3))
    _, cache = model.forward(IDS)
    assert [block is None for block in cache.blocks] == [True, True, False]
    assert model.blocks[0].feed_forward.up.forward(np.ones((1, 8)))[1] is None


def test_a_frozen_model_can_learn_again():
    model = model_of()
    expected = gradients(model_of())
    for choice in ("last_layer", "all"):
        ours.train_only(model, layers_to_train(choice, 3))
    for name, grad in gradients(model).items():
        np.testing.assert_array_equal(grad, expected[name], name)


def test_a_tied_head_goes_by_its_first_name():
    config = GPT2Config(vocab_size=11, context_length=6, d_model=8, n_heads=2,
                        n_layers=3, dropout=0.0)
    model, other = model_of(config), twin.GPTModel(config)
    wanted = layers_to_train("last_block", 3)
    ours.train_only(model, wanted)
    theirs.train_only(other, wanted)
    assert not model.head.learns("weight")
    assert not other.head.weight.requires_grad
    ours.train_only(model, lambda name: "token" in name)
    assert model.head.grads["weight"] is model.token_embedding.grads["weight"]
    assert model.to(np.float32).head.weight is model.token_embedding.weight
    assert model.position_embedding.grads["weight"] is None


@pytest.mark.parametrize("package", [ours, theirs])
def test_what_is_refused(package):
    with pytest.raises(ValueError, match="last_layer, last_block, last_two"):
        layers_to_train("first_block", 3)
    model = model_of() if package is ours else twin.GPTModel(UNTIED)
    with pytest.raises(ValueError, match="no parameter"):
        package.train_only(model, lambda name: False)


def test_no_graph_reaches_what_is_frozen():
    """The twin: autograd does not record below the first that learns."""
    model = twin.GPTModel(UNTIED)
    theirs.train_only(model, layers_to_train("last_block", 3))
    seen = {}
    for number, block in enumerate(model.blocks):
        block.register_forward_hook(
            lambda module, given, y, number=number: seen.update(
                {number: y.requires_grad}))
    model(torch.from_numpy(IDS))
    assert seen == {0: False, 1: False, 2: True}
