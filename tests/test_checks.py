"""Mistakes are named where they are made, by both packages alike."""
import importlib

import numpy as np
import pytest
import torch

import numpy_impl.layers as ours
import torch_impl.layers as theirs
from twinformer.checks import check_expert_groups, check_groups, check_segments
from twinformer.models.config import GPT2Config
from numpy_impl.models.gpt2 import GPTModel
from torch_impl.models.gpt2 import GPTModel as TorchGPTModel
from twinformer.models.context import Context

for name in ("embedding", "multi_head_attention", "positions", "self_attention"):
    for package in (ours, theirs):     # layers/__init__.py imports none of them
        importlib.import_module(f"{package.__name__}.{name}")

both = pytest.mark.parametrize("layers", [ours, theirs], ids=["numpy", "torch"])


@both
@pytest.mark.parametrize(("name", "arguments", "message"), [
    ("embedding.Embedding", (-1, 4), "n_tokens must be at least 1, got -1"),
    ("embedding.Embedding", (4, 0), "dim must be at least 1, got 0"),
    ("positions.LearnedPositions", (0, 4), "context_length must be at least 1"),
    ("linear.Linear", (3, 0), "d_out must be at least 1, got 0"),
    ("dropout.Dropout", (1.5,), r"expected a rate in \[0, 1\), got 1.5"),
    ("dropout.Dropout", (float("nan"),), "got nan"),
    ("multi_head_attention.MultiHeadAttention", (4, 0), "n_heads must be at least 1, got 0"),
    ("multi_head_attention.MultiHeadAttention", (4, 3), "3 heads do not divide 4"),
    ("multi_head_attention.MultiHeadAttention", (4, 2, 1.5), "got 1.5"),
    ("multi_head_attention.MultiHeadAttention", (4, 2, -0.1), "got -0.1"),
    ("self_attention.CausalAttention", (4, 2, 1.0), "got 1.0"),
    ("self_attention.MultiHeadAttentionWrapper", (4, 2, 0), "n_heads must be at least 1"),
])
def test_layers_that_cannot_be(layers, name, arguments, message):
    module, layer = name.split(".")
    with pytest.raises(ValueError, match=message):
        getattr(getattr(layers, module), layer)(*arguments)


@both
def test_sizes_are_whole_numbers(layers):
    with pytest.raises(TypeError, match=r"dim must be a whole number, got 2\.5"):
        layers.embedding.Embedding(3, 2.5)
    assert layers.embedding.Embedding(np.int64(3), 2).weight.shape == (3, 2)


@both
@pytest.mark.parametrize(("start", "T"), [(0, 6), (5, 1), (4, 2), (-1, 2)])
def test_positions_without_a_vector(layers, start, T):
    """One vector too few would be added to all positions, without a word."""
    layer = layers.positions.LearnedPositions(5, 2)
    x = np.zeros((3, T, 2), np.float32)
    places = np.arange(start, start + T) + np.zeros((3, 1), int)
    if layers is theirs:
        x, places = torch.from_numpy(x), torch.from_numpy(places)
    for wrong in (slice(start, start + T), places):
        with pytest.raises(ValueError, match="positions 0 to 4, got positions"):
            layer.forward(x, Context(positions=wrong))


def test_ids_that_are_no_array_of_whole_numbers():
    config = GPT2Config(vocab_size=5, context_length=4, d_model=4, n_heads=2, n_layers=1)
    one, other = GPTModel(config), TorchGPTModel(config)
    for wrong in ([[1, 2]], np.array([[1.0, 2.0]]), np.array([[True]]), None):
        with pytest.raises(TypeError, match="must be an array of whole numbers, got"):
            one.forward(wrong)
        with pytest.raises(TypeError, match="must be an array of whole numbers, got"):
            ours.embedding.Embedding(5, 4).forward(wrong)
    for wrong in ([[1, 2]], torch.tensor([[1.0, 2.0]]), np.array([[1]])):
        with pytest.raises(TypeError, match="must be a tensor of whole numbers, got"):
            other(wrong)
    assert one.forward(np.array([[1, 2]], np.uint16))[0].shape == (1, 2, 5)


@pytest.mark.parametrize(("k", "groups", "kept", "message"), [
    (2, 3, 1, "3 groups do not divide 8"),
    (2, 0, 0, "0 groups do not divide 8"),
    (5, 4, 2, "2 groups of 2 experts are too few to choose 5 experts")])
def test_groups_of_experts(k, groups, kept, message):
    with pytest.raises(ValueError, match=message):
        check_expert_groups(k, 8, groups, kept)
    check_expert_groups(4, 8, 4, 2)  # all that the kept groups have


def test_segments_that_are_not_known():
    """In a single row, too, and one among those that are."""
    for wrong in ([[2]], [[0, 2]], [[-1, 0]]):
        segments = np.array(wrong)
        with pytest.raises(ValueError, match=r"must lie in 0\.\.1, got"):
            check_segments(segments, segments.shape, 2)
    check_segments(np.array([[0, 1]]), (1, 2), 2)
    check_segments(np.zeros((2, 0), int), (2, 0), 2)  # no ids, no segments


@pytest.mark.parametrize(("q", "k"), [
    ((4, 2, 3), (3, 2, 3)), ((4, 2, 3), (0, 2, 3)), ((0, 2, 3), (4, 2, 3)),
    ((2, 4, 2, 3), (1, 4, 2, 3)), ((4, 2, 3), (2, 3)), ((2, 3), (4, 2, 3)),
    ((2, 3), (1, 2, 3))])
def test_heads_that_cannot_share_keys(q, k):
    with pytest.raises(ValueError, match="with G dividing H, got"):
        check_groups(q, k)


@pytest.mark.parametrize(("q", "k"), [
    ((2, 3), (5, 3)), ((4, 2, 3), (2, 5, 3)), ((2, 4, 2, 3), (2, 1, 5, 3)),
    ((0, 2, 3), (0, 4, 3))])  # the last: a batch of nothing
def test_heads_that_share_keys(q, k):
    check_groups(q, k)
