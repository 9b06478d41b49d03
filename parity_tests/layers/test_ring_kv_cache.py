"""The ring: the latest W tokens, whatever pieces they came in."""
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import numpy_impl.layers.kv_cache as ours
import torch_impl.layers.kv_cache as theirs

SIDES = pytest.mark.parametrize("package, array", [(ours, np.asarray),
                                                   (theirs, torch.tensor)])


@SIDES
@given(W=st.integers(1, 5), pieces=st.lists(st.integers(1, 6), min_size=1,
                                            max_size=8))
def test_it_returns_what_the_first_new_token_sees_and_the_new(
        package, array, W, pieces):
    """Every token is its own number, so that we see which are there."""
    cache, start = package.RingKVCache(W), 0
    for T in pieces:
        tokens = np.arange(start, start + T, dtype=float)
        k = array(np.broadcast_to(tokens[:, None], (2, 3, T, 1)).copy())
        documents = array(np.broadcast_to(tokens, (2, T)).astype(int))
        got_k, got_v, got_documents = cache.extend(k, -k, documents)
        start += T
        seen = list(range(max(0, start - T - W + 1), start))
        for b in range(2):
            assert got_documents[b].tolist() == [
                int(t) for t in got_k[b, 0, :, 0].tolist()]
            assert sorted(got_k[b, 2, :, 0].tolist()) == seen
            assert (got_v[b] == -got_k[b]).all()
        if T > 1:  # several queries: who sees whom follows from the order
            assert got_documents[0].tolist() == seen
    assert cache.length == start and cache.holds(10**9)


@SIDES
def test_without_documents_there_are_none(package, array):
    cache = package.RingKVCache(2)
    for T in (1, 3, 1):
        k, v, documents = cache.extend(array(np.zeros((1, 1, T, 2))),
                                       array(np.zeros((1, 1, T, 2))))
        assert documents is None
    assert k.shape[2] == 2
