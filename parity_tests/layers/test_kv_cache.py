"""The law of the cache: reading a text piece by piece, with the keys and values
of the earlier pieces kept, gives the logits of reading it whole."""
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import numpy_impl.layers.kv_cache as ours
import torch_impl.layers.kv_cache as theirs
from twinformer.models.config import GPT2Config
from numpy_impl.models.gpt2 import GPTModel
from twinformer.models.initialisation import initial_parameters
from numpy_impl.models.parameters import set_parameters
from torch_impl.models import gpt2, parameters

from ..agreement import assert_agree
from ..bounds import measured_bounds

CONFIG = GPT2Config(vocab_size=11, context_length=12, d_model=8, n_heads=2,
                    n_layers=2, dropout=0.0)


def twins(seed):
    values = {name: array * 10 for name, array
              in initial_parameters(CONFIG, seed).items()}
    model, twin = GPTModel(CONFIG).to(np.float64), gpt2.GPTModel(CONFIG).double()
    set_parameters(model, values)
    parameters.set_parameters(twin, values)
    return model, twin


@given(st.lists(st.integers(1, 4), min_size=1, max_size=4), st.integers(1, 3),
       st.integers(0, 99))
def test_piece_by_piece_is_the_whole(pieces, B, seed):
    model, twin = twins(seed)
    T = min(sum(pieces), CONFIG.context_length)
    ids = np.random.default_rng(seed).integers(0, 11, (B, T))
    whole, _ = model.forward(ids)

    past, past_t, parts, parts_t = model.new_past(), twin.new_past(), [], []
    for piece in np.split(ids, np.cumsum(pieces)[:-1], axis=1):
        if piece.size:
            parts.append(model.forward(piece, past=past)[0])
            parts_t.append(twin(torch.tensor(piece), past=past_t).detach())

    # Products of other shapes add up in another order.
    _, bounds = measured_bounds(lambda: {"y": twin(torch.tensor(ids))})
    assert_agree(np.concatenate(parts, 1), whole, 2 * bounds["y"])
    assert_agree(torch.cat(parts_t, 1), whole, 2 * bounds["y"])
    assert past[0].length == past_t[0].length == T


@pytest.mark.parametrize("package, array", [(ours, np.zeros),
                                            (theirs, torch.zeros)])
def test_a_full_cache_says_so(package, array):
    cache = package.KVCache(3)
    cache.extend(array((1, 1, 2, 4)), array((1, 1, 2, 4)))
    with pytest.raises(ValueError, match="holds 3 positions, got 4"):
        cache.extend(array((1, 1, 2, 4)), array((1, 1, 2, 4)))
    assert cache.length == 2


def test_a_full_past_is_refused_and_stays_as_it_was():
    model, twin = twins(0)
    ids = np.zeros((1, CONFIG.context_length), np.int64)
    for read, past in ((model.forward, model.new_past()),
                       (lambda ids, past: twin(torch.tensor(ids), past=past),
                        twin.new_past())):
        read(ids, past=past)
        with pytest.raises(ValueError, match="1 to 12 positions, got 13"):
            read(ids[:, :1], past=past)
        assert past[0].length == CONFIG.context_length


@pytest.mark.parametrize("package, array", [(ours, np.asarray), (theirs, torch.tensor)])
@pytest.mark.parametrize("kind", ["KVCache", "RingKVCache"])
def test_memory_doubles_and_keeps_what_was_there(package, array, kind, monkeypatch):
    monkeypatch.setattr(package, "FIRST_ROOM", 2)
    cache, rooms = getattr(package, kind)(50), []
    draw = np.random.default_rng(0)
    k, v = draw.standard_normal((2, 3, 2, 50, 4))
    documents = draw.integers(0, 9, (3, 50))
    for t in range(50):
        one = slice(t, t + 1)
        found = cache.extend(array(k[:, :, one]), array(v[:, :, one]), array(documents[:, one]))
        rooms.append(cache.room)
        for part, whole in zip(found[:2], (k, v), strict=True):
            np.testing.assert_array_equal(part, whole[:, :, :t + 1])
        np.testing.assert_array_equal(found[2], documents[:, :t + 1])
    assert sorted(set(rooms)) == [2, 4, 8, 16, 32, 50]
