"""Objectives: next tokens are the cross-entropy of a model's logits, summed
over the targets that count."""
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from numpy_impl.models.gpt2 import GPTModel
from numpy_impl.models.parameters import set_parameters
from numpy_impl.training import objective as ours
from numpy_impl.training.loss import cross_entropy
from torch_impl.layers.fused import spelled_out
from torch_impl.models import gpt2 as twin
from torch_impl.models.parameters import set_parameters as set_twins
from torch_impl.training import objective as theirs

from ..agreement import assert_agree
from ..bounds import measured_bounds
from ..lockstep import small_run


def models():
    run = small_run()
    model = GPTModel(run.model).to(np.float64)
    set_parameters(model, run.parameters)
    other = twin.GPTModel(run.model).double()
    set_twins(other, run.parameters)
    return run, model, other


@pytest.mark.parametrize("options, apart", [
    ({}, True), ({"z_loss": 0.1}, True), ({"balance": 0.1}, False),
    ({"qk_clip": object()}, False), ({"balance": 0.1, "qk_clip": object()}, False)])
def test_what_looks_at_several_rows_together(options, apart):
    """Experts are balanced over the whole batch, and clipped is by the largest
    score of all its rows; a loss of tokens is of one row after the other."""
    assert ours.NextTokens(**options).rows_are_apart is apart


@given(st.integers(1, 50), st.sampled_from([-2.5, 0.0, 1e-3, 1.0, 7.0]))
def test_next_tokens(step, dloss):
    """The sum, its count, and the gradient of every weight: autograd's."""
    run, model, other = models()
    batch = run.batches(step)[0]

    def by_autograd():
        other.zero_grad()
        nats = theirs.NextTokens().forward(
            other.eval(), tuple(map(torch.from_numpy, batch)))
        (dloss * nats).backward()
        return {"nats": nats} | {name: parameter.grad for name, parameter
                                 in other.named_parameters()}

    def spelled():
        with spelled_out():
            return by_autograd()

    expected, bounds = measured_bounds(spelled, by_autograd)
    nats, cache = ours.NextTokens().forward(model, batch)
    ours.NextTokens().backward(dloss, model, cache)
    assert_agree(nats, expected["nats"], bounds["nats"])
    for name, gradient in model.named_gradients():
        assert_agree(gradient, expected[name], bounds[name], name)
    again, _ = cross_entropy(model.forward(batch[0])[0], batch[1],
                             reduction="sum")
    assert nats == again


@pytest.mark.parametrize("package", [ours, theirs])
def test_ignored_targets_do_not_count(package):
    inputs, targets = np.zeros((2, 3), int), np.array([[1, -100, 2], [-100] * 3])
    assert package.NextTokens().count((inputs, targets)) == 2
