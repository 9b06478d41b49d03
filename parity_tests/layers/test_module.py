"""Module: the little of torch.nn.Module that the reference needs."""
import numpy as np
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

    class Tree(package.Module):
        def __init__(self):
            super().__init__()
            self.first = Leaf(2)
            self.scale = package.Parameter(zeros(3))
            self.leaves = package.ModuleList(Leaf(n) for n in (4, 5))
            self.last = Leaf(6)
    return Tree()


def test_parameters_have_the_names_and_order_of_torch():
    named = [(name, array.shape) for name, array, _
             in family(ours, np.zeros).named_parameters()]
    torchs = [(name, tuple(tensor.shape)) for name, tensor
              in family(theirs, torch.zeros).named_parameters()]
    assert named == torchs


def test_parameters_begin_as_float32_with_gradient_zero():
    for _, array, grad in family(ours, np.ones).named_parameters():
        assert array.dtype == grad.dtype == np.float32
        assert array.shape == grad.shape and not grad.any()


def test_to_changes_the_dtype_and_keeps_the_numbers():
    tree = family(ours, np.ones)
    tree.first.grads["weight"] += 1
    assert tree.to(np.float64) is tree
    for _, array, grad in tree.named_parameters():
        assert array.dtype == grad.dtype == np.float64
        assert (array == 1).all() and not grad.any()
    assert tree.leaves[1].weight.dtype == np.float64


def test_zero_grad_reaches_all_in_place():
    tree = family(ours, np.zeros)
    grads = [grad for _, _, grad in tree.named_parameters()]
    for grad in grads:
        grad += 3
    tree.zero_grad()
    assert not any(grad.any() for grad in grads)


def test_a_shared_parameter_is_one_array_and_one_gradient():
    """Under its first name, also after a change of dtype."""
    tree, torchs = family(ours, np.zeros), family(theirs, torch.zeros)
    tree.last.share("weight", tree.first)
    torchs.last.weight = torchs.first.weight
    for _ in range(2):
        assert tree.last.weight is tree.first.weight
        assert tree.last.grads["weight"] is tree.first.grads["weight"]
        names = [name for name, _, _ in tree.named_parameters()]
        assert names == [name for name, _ in torchs.named_parameters()]
        tree.to(np.float64)


def test_a_list_of_modules():
    modules = ours.ModuleList(ours.Module() for _ in range(3))
    assert len(modules) == 3 and modules[-1] is list(modules)[2]
    assert [name for name, _ in modules.children()] == ["0", "1", "2"]
    paths = [path for path, _ in family(ours, np.zeros).named_modules()]
    assert paths == ["", "first.", "leaves.", "leaves.0.", "leaves.1.",
                     "last."]
