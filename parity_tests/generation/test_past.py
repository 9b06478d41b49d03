"""What is done to caches between two steps: it is as if nothing else had been."""
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import numpy_impl.generation.past as ours
import numpy_impl.layers.kv_cache as our_caches
import torch_impl.generation.past as theirs
import torch_impl.layers.kv_cache as their_caches

SIDES = pytest.mark.parametrize("package, caches, array", [
    (ours, our_caches, np.asarray), (theirs, their_caches, torch.tensor)])


def extend(cache, array, start, T, B=1, documents=False):
    """Token t of row b has the key t + 100 b"""
    tokens = np.arange(start, start + T) + 100.0 * np.arange(B)[:, None]
    k = array(tokens[:, None, :, None].copy())
    return cache.extend(k, -k, array(tokens.astype(int)) if documents else None)


def seen(cache, array):
    """What the next token sees, itself included, row by row"""
    k, v, _ = extend(cache, array, cache.length, 1)
    assert (k == -v).all()
    return sorted(k[0, 0, :, 0].tolist())


@SIDES
@given(W=st.integers(2, 6), read=st.integers(0, 9), data=st.data())
def test_what_is_taken_back_has_never_been(package, caches, array, W, read, data):
    """Of a ring, too, which has written over its oldest tokens."""
    n = data.draw(st.integers(1, W))
    came = data.draw(st.integers(1, n))     # fewer may come than were announced
    stay = data.draw(st.integers(0, came))
    one_by_one = data.draw(st.booleans())
    for ring in (True, False):
        cache, plain = ((caches.RingKVCache(W), caches.RingKVCache(W)) if ring
                        else (caches.KVCache(20), caches.KVCache(20)))
        for other in (cache, plain):
            for t in range(read):
                extend(other, array, t, 1)
        kept = package.remember([cache], n)
        for start, T in ([(read + i, 1) for i in range(came)] if one_by_one
                         else [(read, came)]):
            extend(cache, array, start, T)
        package.rewind([cache], read + stay, kept)
        for i in range(stay):
            extend(plain, array, read + i, 1)
        assert cache.length == plain.length == read + stay
        for _ in range(2):
            assert seen(cache, array) == seen(plain, array)


@SIDES
def test_what_is_lost_is_remembered_before_there_is_memory_for_all(package, caches, array):
    """A ring of 130, of which the memory grew to fewer places."""
    cache, plain = caches.RingKVCache(130), caches.RingKVCache(130)
    for other in (cache, plain):
        extend(other, array, 0, 128)
        extend(other, array, 128, 1)
    kept = package.remember([cache], 4)
    extend(cache, array, 129, 4)
    package.rewind([cache], 130, kept)
    extend(plain, array, 129, 1)
    assert seen(cache, array) == seen(plain, array)


@SIDES
def test_nothing_is_taken_back_from_a_shorter_past(package, caches, array):
    cache = caches.KVCache(9)
    extend(cache, array, 0, 3)
    package.rewind([cache], 7, package.remember([cache], 2))
    assert cache.length == 3


@SIDES
@pytest.mark.parametrize("documents", [False, True])
def test_rows_are_chosen(package, caches, array, documents):
    cache, empty = caches.RingKVCache(4), caches.KVCache(4)
    extend(cache, array, 0, 3, 3, documents)
    package.take_rows([cache, empty], array(np.array([2, 0, 0, 2])))
    assert empty.k is None and cache.k.shape[0] == cache.v.shape[0] == 4
    assert cache.k[:, 0, 1, 0].tolist() == [201, 1, 1, 201]
    assert cache.v[:, 0, 2, 0].tolist() == [-202, -2, -2, -202]
    if documents:
        assert cache.documents[:, 0].tolist() == [200, 0, 0, 200]
    with torch.inference_mode():
        cache.k[1] = 7     # a row of its own: its neighbour is another text
    assert cache.k[2, 0, 1, 0] == 1


@SIDES
@given(W=st.integers(1, 5), lengths=st.tuples(st.integers(1, 7), st.integers(1, 7)),
       ring=st.booleans(), known=st.booleans(), data=st.data())
def test_rows_of_several_come_together(package, caches, array, W, lengths, ring, known, data):
    """Each row sees what it saw, in its own order, whatever the others' lengths: filled up on
    the left, cut there, or both; documents are kept where somebody is filled up."""
    parts, rows = [], []
    for length in lengths:
        cache = caches.RingKVCache(W) if ring else caches.KVCache(9)
        extend(cache, array, 0, length, 2)
        if known:           # its first column belongs to nobody
            cache.documents = array(np.zeros((2, cache.room), np.int64))
            cache.documents[:, 0] = -1
        chosen = data.draw(st.lists(st.integers(0, 1), min_size=1, max_size=3))
        parts.append(([cache], array(np.array(chosen))))
        rows += [(length, row) for row in chosen]
    T = data.draw(st.integers(1, 8))
    padded = known or any(length < T for length, _ in rows)
    gathered, = package.gather(parts, T, padded)
    assert gathered.length == T and type(gathered) is type(cache)
    assert (gathered.documents is None) != padded
    kept = min(T, gathered.capacity)
    assert gathered.room >= kept
    k, v, documents = gathered.read(package.places_of(gathered, T - kept, T))
    assert (k == -v).all() and k.shape == (len(rows), 1, kept, 1)
    for at, (length, row) in enumerate(rows):
        held = min(length, W if ring else 9)        # what its own cache still has
        latest = [token + 100.0 * row for token in range(length - held, length)][-kept:]
        missing = kept - len(latest)
        assert k[at, 0, missing:, 0].tolist() == latest
        if padded:
            whose = documents[at].tolist()
            assert whose[:missing] == [-1] * missing
            if not known:
                assert whose[missing:] == [0] * len(latest)


@SIDES
def test_places_go_round(package, caches, array):
    assert package.places_of(caches.RingKVCache(4), 2, 7).tolist() == [2, 3, 0, 1, 2]
