"""Module: the little of torch.nn.Module that the reference needs, under its
names; and how both packages begin from a seed, print, save and load."""
from importlib import import_module

import numpy as np
import pytest
import torch

import numpy_impl.layers.module as ours
import torch_impl.layers.module as theirs


def family(package, zeros):
    """A module with a parameter, a child, and children in a row."""
    class Leaf(package.Module):
        def __init__(self, size):
            super().__init__()
            self.weight = package.Parameter(zeros(size))
            self.offset = None
            self.bias = package.Parameter(zeros(1))

        def extra_repr(self):
            return f"size={len(self.weight)}"

        def forward(self, x):
            return x * self.weight

    class Tree(package.Module):
        def __init__(self):
            super().__init__()
            self.first = Leaf(2)
            self.scale = package.Parameter(zeros(3))
            self.leaves = package.ModuleList(Leaf(n) for n in (4, 5, 5, 5, 4))
            self.last = Leaf(6)
            self.none = package.ModuleList([])
    return Tree()


def both():
    return family(ours, np.zeros), family(theirs, torch.zeros)


def test_parameters_have_the_names_and_order_of_torch():
    tree, torchs = both()
    named = [(name, array.shape) for name, array in tree.named_parameters()]
    assert named == [(name, tuple(tensor.shape)) for name, tensor
                     in torchs.named_parameters()]
    assert named == [(name, a.shape) for name, a in tree.named_gradients()]
    assert list(map(id, tree.parameters())) == [
        id(array) for _, array in tree.named_parameters()]


def test_modules_have_the_names_and_order_of_torch():
    tree, torchs = both()
    for one, other in ((tree, torchs), (tree.leaves, torchs.leaves)):
        for words in ("named_modules", "named_children"):
            assert ([(name, type(m).__name__) for name, m in getattr(one, words)()]
                    == [(name, type(m).__name__) for name, m in getattr(other, words)()])
        assert len(list(one.modules())) == len(list(other.modules()))
        assert len(list(one.children())) == len(list(other.children()))


def test_it_prints_what_torch_prints():
    tree, torchs = both()
    assert repr(tree) == repr(torchs)
    assert "(1-3): 3 x Leaf(size=5)" in repr(tree)


def test_a_call_is_forward():
    leaf = family(ours, np.ones).last
    np.testing.assert_array_equal(leaf(np.arange(6)), np.arange(6))


def test_parameters_begin_as_float32_with_gradient_zero():
    tree = family(ours, np.ones)
    gradients = dict(tree.named_gradients())
    for name, array in tree.named_parameters():
        assert array.dtype == gradients[name].dtype == np.float32
        assert array.shape == gradients[name].shape and not gradients[name].any()


def test_to_changes_the_dtype_and_keeps_the_numbers():
    tree = family(ours, np.ones)
    tree.first.grads["weight"] += 1
    assert tree.to(np.float64) is tree
    for array in tree.parameters():
        assert array.dtype == np.float64 and (array == 1).all()
    for _, grad in tree.named_gradients():
        assert grad.dtype == np.float64 and not grad.any()
    assert tree.leaves[1].weight.dtype == np.float64


def test_zero_grad_reaches_all_in_place():
    tree = family(ours, np.zeros)
    grads = [grad for _, grad in tree.named_gradients()]
    for grad in grads:
        grad += 3
    tree.zero_grad()
    assert not any(grad.any() for grad in grads)


def test_a_shared_parameter_is_one_array_and_one_gradient():
    """Under its first name, also after a change of dtype."""
    tree, torchs = both()
    tree.last.share("weight", tree.first)
    torchs.last.weight = torchs.first.weight
    for _ in range(2):
        assert tree.last.weight is tree.first.weight
        assert tree.last.grads["weight"] is tree.first.grads["weight"]
        names = [name for name, _ in tree.named_parameters()]
        assert names == [name for name, _ in torchs.named_parameters()]
        assert list(tree.state_dict()) == names
        tree.to(np.float64)


def test_what_does_not_learn_has_no_gradient():
    tree = family(ours, np.ones)
    tree.last.share("weight", tree.first)
    assert tree.leaves.requires_grad_(False) is tree.leaves
    assert tree.leaves.is_frozen() and not tree.is_frozen()
    assert [name for name, _ in tree.named_gradients()] == [
        "scale", "first.weight", "first.bias", "last.bias"]
    tree.requires_grad_(lambda name: name == "first.weight")
    assert [name for name, _ in tree.named_gradients()] == ["first.weight"]
    tree.first.grads["weight"] += 1
    tree.requires_grad_()
    assert tree.last.grads["weight"] is tree.first.grads["weight"]
    assert (tree.first.grads["weight"] == 1).all()    # it went on learning
    assert len(dict(tree.named_gradients())) == len(list(tree.parameters()))


def test_weights_go_out_and_in():
    tree, other = family(ours, np.ones), family(ours, np.zeros).to(np.float64)
    other.load_state_dict(tree.state_dict())
    for name, array in other.named_parameters():
        assert (array == 1).all() and array.dtype == np.float64, name
    assert tree.state_dict()["scale"] is tree.scale


@pytest.mark.parametrize(("change", "message"), [
    ({"more": np.ones(1)}, "unexpected more"),
    ({"scale": np.ones(2)}, r"scale is \(2,\) instead of \(3,\)"),
    ({"last.bias": np.ones(1, int)}, "last.bias must hold floating-point")])
def test_a_state_that_does_not_fit_changes_nothing(change, message):
    tree, state = family(ours, np.zeros), family(ours, np.ones).state_dict()
    with pytest.raises(ValueError, match=message):
        tree.load_state_dict(state | change)
    del state["first.weight"]
    with pytest.raises(ValueError, match="missing first.weight"):
        tree.load_state_dict(state)
    assert not any(array.any() for array in tree.parameters())


# -- layers that begin from a seed --------------------------------------------

LAYERS = [("linear.Linear", (3, 4)), ("embedding.Embedding", (5, 3)),
          ("positions.LearnedPositions", (5, 3)),
          ("feed_forward.FeedForward", (3, 6)),
          ("gated_feed_forward.SwiGLU", (3, 6)),
          ("gated_feed_forward.ClampedSwiGLU", (3, 6, True)),
          ("multi_head_attention.MultiHeadAttention", (4, 2)),
          ("self_attention.SelfAttention", (3, 4)),
          ("self_attention.CausalAttention", (3, 4)),
          ("self_attention.MultiHeadAttentionWrapper", (3, 4, 2)),
          ("block.TransformerBlock", (4, 2))]


def made(name, arguments, **options):
    module, public = name.split(".")
    one, other = (getattr(import_module(f"{package}.layers.{module}"), public)(
        *arguments, **options) for package in ("numpy_impl", "torch_impl"))
    return one.state_dict(), {
        name: tensor.numpy() for name, tensor in other.state_dict().items()}


@pytest.mark.parametrize(("name", "arguments"), LAYERS)
def test_a_new_layer_is_ready_and_the_same_in_both(name, arguments):
    one, other = made(name, arguments)
    again, changed = made(name, arguments, seed=0)[0], made(name, arguments, seed=1)[0]
    assert one.keys() == other.keys()
    for key, array in one.items():
        np.testing.assert_array_equal(array, other[key], key)
        np.testing.assert_array_equal(array, again[key], key)
        assert (array.ndim == 2) == (not np.array_equal(array, changed[key])), key
        assert array.any() or key.endswith("bias"), key
    matrices = [array.tobytes() for array in one.values() if array.ndim == 2]
    assert len(set(matrices)) == len(matrices)        # no two layers alike


@pytest.mark.parametrize(("name", "arguments"), LAYERS)
def test_without_a_seed_nothing_is_drawn(name, arguments, monkeypatch):
    monkeypatch.setattr(np.random, "default_rng", None)
    for state in made(name, arguments, seed=None):
        assert not any(array.any() for array in state.values() if array.ndim == 2)
