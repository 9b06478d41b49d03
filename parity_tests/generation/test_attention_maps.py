"""Attention maps: the weights by which the model itself mixes, in every kind."""
import numpy as np
import pytest
import torch

from numpy_impl.generation.attention_maps import attention_maps
from numpy_impl.layers import attention as plain
from torch_impl.generation.attention_maps import attention_maps as twin_maps
from twinformer.architectures.kinds import KINDS

from ..agreement import assert_drift
from .twins import twins_of


@pytest.mark.parametrize("kind", KINDS)
def test_they_are_the_weights_that_attention_computes(kind, monkeypatch):
    """Where positions are asked for one by one, the last layer takes the
    formula that holds its weights: those are caught, and compared."""
    model, twin = twins_of(kind, 12)
    ids = np.random.default_rng(0).integers(0, 13, 9)
    maps, twins = attention_maps(model, ids), twin_maps(twin.train(), ids)
    L, T = model.config.n_layers, len(ids)
    assert maps.shape == twins.shape == (L, model.config.n_heads, T, T)
    assert twin.training and maps.dtype == np.float64 and twins.dtype == torch.float64
    assert_drift(twins.numpy(), maps, L, 1.0)
    assert (np.triu(maps, 1) == 0).all()                # nobody looks ahead

    caught, softmax = [], plain.masked_softmax

    def catching(scores, mask):
        weights = softmax(scores, mask)
        caught.append(weights)
        return weights

    monkeypatch.setattr(plain, "masked_softmax", catching)
    model.forward(ids[None], read=np.arange(T)[None])
    last = caught[-1][0][..., :T]                       # without a sink's column
    assert_drift(maps[-1], last, L, 1.0)
    sums = maps.sum(-1)
    if kind == "gpt_oss":
        assert (sums < 1).all() and (sums > 0).all()    # the sink takes the rest
    else:
        assert_drift(sums, np.ones_like(sums), L, 1.0)


def test_a_window_is_seen():
    model, _ = twins_of("gemma3", 32)
    maps = attention_maps(model, np.arange(32) % 13)
    far = np.tril(np.ones((32, 32), bool), -model.config.window_size)
    local = [(layer[:, far] == 0).all() for layer in maps]
    assert any(local)
