"""Training on packed windows: the gradient, and that neighbours are strangers.
"""
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from numpy_impl.finetuning import packed_tokens as ours
from twinformer.batches.packed_examples import packed_batch
from twinformer.models.config import GPT2Config
from numpy_impl.models.gpt2 import GPTModel
from twinformer.models.initialisation import initial_parameters
from numpy_impl.models.parameters import set_parameters
from twinformer.batches.packing import document_mask, document_positions
from numpy_impl.training.objective import NextTokens
from torch_impl.finetuning import packed_tokens as theirs
from torch_impl.layers.fused import spelled_out
from torch_impl.models import gpt2, parameters

from ..agreement import assert_agree, assert_rounding
from ..bounds import measured_bounds

CONFIG = GPT2Config(vocab_size=11, context_length=12, d_model=8, n_heads=2,
                    n_layers=1, dropout=0.0)
SEEDS = st.integers(0, 2**32 - 1)
few = settings(max_examples=max(5, settings().max_examples // 4))


def weights(seed):
    return {name: array.astype(np.float64) * 5 for name, array
            in initial_parameters(CONFIG, seed).items()}


def windows(seed, B=2):
    random = np.random.default_rng(seed)
    return packed_batch([[
        (random.integers(10, size=random.integers(1, 5)).tolist(),
         int(random.integers(3))) for _ in range(random.integers(1, 4))]
        for _ in range(B)], 10)


def model_of(arrays):
    model = GPTModel(CONFIG).to(np.float64)
    set_parameters(model, arrays)
    return model


def by_hand(objective, batch, arrays):
    model = model_of(arrays)
    loss, cache = objective.forward(model, batch)
    objective.backward(1.0, model, cache)
    return {"loss": loss} | dict(model.named_gradients())


def by_autograd(batch, arrays):
    model = gpt2.GPTModel(CONFIG).to(torch.float64)
    parameters.set_parameters(model, arrays)
    batch = type(batch)(*map(torch.tensor, batch))
    loss = theirs.PackedTokens().forward(model, batch)
    named = dict(model.named_parameters())
    grads = torch.autograd.grad(loss, list(named.values()))
    return {"loss": loss} | dict(zip(named, grads, strict=True))


@few
@given(seed=SEEDS)
def test_loss_and_every_gradient_agree(seed):
    batch, arrays = windows(seed), weights(seed % 1000)

    def spelled():
        with spelled_out():
            return by_autograd(batch, arrays)
    expected, bounds = measured_bounds(
        spelled, lambda: by_autograd(batch, arrays))
    found = by_hand(ours.PackedTokens(), batch, arrays)
    assert list(found) == list(expected)
    for name, bound in bounds.items():
        assert_agree(found[name], expected[name], bound, name)


def test_the_gradient_is_the_slope_of_the_loss():
    batch, arrays = windows(7), weights(7)
    random = np.random.default_rng(8)
    v = {name: random.normal(size=a.shape) for name, a in arrays.items()}

    def slope(h):
        up, down = (by_hand(ours.PackedTokens(), batch, {
            name: a + sign * h * v[name] for name, a in arrays.items()})
            for sign in (1, -1))
        return (up["loss"] - down["loss"]) / (2 * h)
    found = by_hand(ours.PackedTokens(), batch, arrays)
    expected = sum((found[name] * v[name]).sum() for name in arrays)
    assert abs((4 * slope(1e-5) - slope(2e-5)) / 3 - expected) < 1e-7


@given(SEEDS)
def test_an_example_does_not_see_its_neighbours(seed):
    """Other words in the one leave the scores of the other as they are, to
    the bit; later and earlier neighbours, and padding."""
    random = np.random.default_rng(seed)
    batch, model = windows(seed), model_of(weights(1))
    before, _ = model.forward(batch.inputs, documents=batch.documents)
    row = random.integers(len(batch.inputs))
    here = batch.documents[row] == random.choice(batch.documents[row])
    inputs = batch.inputs.copy()
    inputs[row, ~here] = random.integers(11, size=(~here).sum())
    after, _ = model.forward(inputs, documents=batch.documents)
    np.testing.assert_array_equal(after[row, here], before[row, here])


@given(SEEDS)
def test_documents_are_a_mask(seed):
    """Said by the number of each token's document, or by who sees whom."""
    batch, model = windows(seed), model_of(weights(1))
    places = document_positions(batch.documents)
    tiled, _ = model.forward(batch.inputs, positions=places, documents=batch.documents)
    masked, _ = model.forward(batch.inputs, positions=places,
                              mask=document_mask(batch.documents))
    # widths of 8, 4, 32 and 8, and 12 keys, one sum after another
    assert_rounding(tiled, masked, 8 + 4 + 12 + 32 + 8, np.abs(masked).max())


def test_one_example_a_window_is_ordinary_training():
    """Loss and gradients are those of NextTokens, padding or not."""
    batch = packed_batch([[([1, 2, 3, 4], 2)], [([5, 6], 1)]], 10)
    packed = by_hand(ours.PackedTokens(), batch, weights(2))
    plain = by_hand(NextTokens(), batch[:2], weights(2))
    for name, expected in plain.items():
        np.testing.assert_allclose(packed[name], expected, rtol=0, atol=1e-13)


def test_the_first_example_of_a_window_is_as_alone():
    together = packed_batch([[([1, 2, 3, 4], 0), ([5, 6, 7], 0)]], 10)
    alone = packed_batch([[([1, 2, 3, 4], 0)]], 10)
    model = model_of(weights(3))
    long, _ = model.forward(together.inputs, documents=together.documents)
    short, _ = model.forward(alone.inputs)
    np.testing.assert_allclose(long[:, :4], short, rtol=0, atol=1e-14)


@few
@given(seed=SEEDS)
def test_every_example_is_read_as_alone(seed):
    """Its losses, wherever in a window it stands, are those of a window of its
    own, in both packages, and so is every gradient."""
    random, arrays = np.random.default_rng(seed), weights(seed % 1000)
    examples = [(random.integers(10, size=size).tolist(), int(size // 2))
                for size in random.integers(1, 5, size=3)]
    together = packed_batch([examples], 10)
    alone = [packed_batch([[example]], 10) for example in examples]
    expected, bounds = measured_bounds(
        lambda: summed([by_autograd(batch, arrays) for batch in alone]),
        lambda: by_autograd(together, arrays))
    found = by_hand(ours.PackedTokens(), together, arrays)
    for name, bound in bounds.items():
        assert_agree(found[name], expected[name], bound, name)


def summed(results):
    first, *others = results
    return {name: sum((other[name] for other in others), first[name])
            for name in first}


@given(SEEDS)
def test_positions_begin_anew_with_each_example(seed):
    """In both packages."""
    batch, seen = windows(seed), []

    def model(inputs, keep=None, positions=None, documents=None):
        seen.append(positions)
        raise StopIteration

    class Model:
        __call__ = forward = staticmethod(model)
    for package, given_batch in ((ours, batch),
                                 (theirs, type(batch)(*map(torch.tensor, batch)))):
        with pytest.raises(StopIteration):
            package.PackedTokens().forward(Model(), given_batch)
    for positions in seen:
        np.testing.assert_array_equal(positions, document_positions(batch.documents))


def test_what_counts():
    batch = packed_batch([[([1, 2, 3], 0), ([4], 0)], [([5], 0)]], 10)
    assert ours.PackedTokens().count(batch) == 5
    assert theirs.PackedTokens().count(
        type(batch)(*map(torch.tensor, batch))) == 5
