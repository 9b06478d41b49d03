"""Reading: the positions that are wanted are the same as where all are
computed; repeated ones add up their gradients."""
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import numpy_impl.layers.reading as ours
import torch_impl.layers.reading as theirs
from numpy_impl.layers.attention import causal_mask
from numpy_impl.layers.visibility import visible_mask
from twinformer.models.config import GPT2Config
from numpy_impl.models.gpt2 import GPTModel
from torch_impl.models.gpt2 import GPTModel as TorchModel

from ..agreement import assert_agree, assert_rounding
from ..bounds import measured_bounds
from ..case import Case
from ..components import component
from ..running import load

sizes = st.integers(1, 5)


def drawn(seed, B, T, P, D=3):
    generator = np.random.default_rng(seed)
    return (generator.standard_normal((B, T, D)), generator.integers(T, size=(B, P)),
            generator.standard_normal((B, P, D)))


@given(st.integers(0, 2**16), sizes, sizes, sizes)
def test_rows_and_their_gradients(seed, B, T, P):
    x, read, dy = drawn(seed, B, T, P)
    y = ours.read_rows(x, read)
    t = torch.from_numpy(x).requires_grad_()
    same = theirs.read_rows(t, torch.from_numpy(read))
    np.testing.assert_array_equal(y, same.detach())
    for b in range(B):
        np.testing.assert_array_equal(y[b], x[b][read[b]])
    same.backward(torch.from_numpy(dy))
    dx = ours.read_rows_backward(dy, read, T)
    assert_rounding(dx, t.grad, P, np.abs(dy).max())
    # <dy, y> = <dx, x>, for reading is linear
    assert_rounding((dy * y).sum(), (dx * x).sum(), 1, np.abs(dy * y).sum())


def test_a_position_read_twice_gets_both_gradients():
    dx = ours.read_rows_backward(np.array([[[1.0], [2.0], [4.0]]]), np.array([[1, 1, 0]]), 3)
    np.testing.assert_array_equal(dx, [[[4.0], [3.0], [0.0]]])


def test_all_are_read_as_they_are():
    x = np.ones((2, 3, 4))
    assert ours.read_rows(x, None) is x and ours.read_rows_backward(x, None, 3) is x
    t = torch.ones(2, 3, 4)
    assert theirs.read_rows(t, None) is t
    mask = np.ones((3, 3), bool)
    assert ours.read_mask(mask, None, 3, 3) is mask and theirs.read_mask(t, None, 3, 3) is t
    assert ours.read_mask(None, None, 3, 3) is theirs.read_mask(None, None, 3, 3) is None


def test_where_those_that_are_read_stand():
    """Behind a cache of 4, or wherever each row says."""
    read, rows = np.array([[2, 0]]), np.array([[7, 5, 6]])
    for positions, found in ((slice(4, 7), [[6, 4]]), (rows, [[6, 7]])):
        given_too = positions if isinstance(positions, slice) else torch.from_numpy(positions)
        np.testing.assert_array_equal(ours.read_positions(positions, read), found)
        np.testing.assert_array_equal(
            theirs.read_positions(given_too, torch.from_numpy(read)), found)


@given(st.integers(0, 2**16), sizes, sizes, sizes, st.integers(0, 3),
       st.sampled_from(["causal", "one", "each"]), st.none() | st.integers(1, 6), st.booleans())
def test_a_masks_rows(seed, B, T, P, before, kind, window, everywhere):
    """before : positions of a cache, which the queries come after"""
    generator = np.random.default_rng(seed)
    S = T + before
    mask = {"causal": None, "one": generator.random((T, S)) < 0.5,
            "each": generator.random((B, T, S)) < 0.5}[kind]
    read = generator.integers(T, size=(B, P))
    whole = np.broadcast_to(causal_mask(T, S) if mask is None else mask, (B, T, S))
    if window is not None:      # of the keys up to the query, and of all behind it
        whole = whole & (visible_mask(T, S, window) | ~causal_mask(T, S))
    if everywhere and mask is not None:
        read = None
    rows = whole if read is None else [whole[b][read[b]] for b in range(B)]
    found = ours.read_mask(mask, read, T, S, window)
    np.testing.assert_array_equal(np.broadcast_to(found, np.shape(rows)), rows)
    same = theirs.read_mask(None if mask is None else torch.from_numpy(mask),
                            None if read is None else torch.from_numpy(read), T, S, window)
    np.testing.assert_array_equal(found, same)


@given(st.integers(0, 2**16), sizes, sizes, sizes, st.integers(0, 3), st.integers(1, 6),
       st.booleans())
def test_rows_of_windows_and_documents(seed, B, T, P, before, window, packed):
    generator = np.random.default_rng(seed)
    S = T + before
    read = generator.integers(T, size=(B, P))
    documents = np.sort(generator.integers(-1, 3, (B, S))) if packed else None
    whole = np.broadcast_to(visible_mask(T, S, window, documents), (B, T, S))
    found = ours.read_mask(None, read, T, S, window, documents)
    np.testing.assert_array_equal(found, [whole[b][read[b]] for b in range(B)])
    np.testing.assert_array_equal(found, theirs.read_mask(
        None, torch.from_numpy(read), T, S, window,
        torch.from_numpy(documents) if packed else None))


CONFIG = GPT2Config(vocab_size=7, context_length=6, d_model=8, n_heads=2, n_layers=2, dropout=0.0)


@pytest.mark.parametrize("kind", ["causal", "one", "each"])
@settings(max_examples=settings.default.max_examples // 6)
@given(st.integers(0, 2**16), st.integers(1, 3), st.integers(1, 6), st.integers(1, 3))
def test_a_model_says_the_same_where_it_is_read(kind, seed, B, T, P):
    """Logits, and every gradient: to read is to give all other positions the gradient 0."""
    generator = np.random.default_rng(seed)
    mask = {"causal": None, "one": generator.random((T, T)) < 0.7,
            "each": generator.random((B, T, T)) < 0.7}[kind]
    ids, read = generator.integers(7, size=(B, T)), generator.integers(T, size=(B, P))
    dlogits = generator.standard_normal((B, P, 7))
    shapes = {name: array.shape for name, array in GPTModel(CONFIG).named_parameters()}
    case = Case(component("models.gpt2.GPTModel"), parameters={
        name: generator.standard_normal(shape) / 3 for name, shape in shapes.items()})
    model, twin = load(GPTModel(CONFIG), case), load(TorchModel(CONFIG).eval(), case)

    def whole_then_read():
        given = None if mask is None else torch.from_numpy(mask)
        logits = twin(torch.from_numpy(ids), mask=given)
        logits = logits[torch.arange(B)[:, None], torch.from_numpy(read)]
        found = torch.autograd.grad(logits, list(twin.parameters()), torch.from_numpy(dlogits))
        return {"logits": logits} | dict(zip(shapes, found, strict=True))
    logits, cache = model.forward(ids, mask=mask, read=read)
    model.backward(dlogits, cache)
    found = {"logits": logits} | dict(model.named_gradients())

    def only_read():
        given = None if mask is None else torch.from_numpy(mask)
        logits = twin(torch.from_numpy(ids), mask=given, read=torch.from_numpy(read))
        grads = torch.autograd.grad(logits, list(twin.parameters()), torch.from_numpy(dlogits))
        return {"logits": logits} | dict(zip(shapes, grads, strict=True))
    exact, bounds = measured_bounds(whole_then_read, only_read)
    for name, bound in bounds.items():
        assert_agree(found[name], exact[name], bound, name)
        assert_agree(only_read()[name], exact[name], bound, name)
