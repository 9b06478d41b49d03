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
from torch_impl.models import gpt2 as twin
from torch_impl.models.parameters import set_parameters as set_twins
from torch_impl.training import objective as theirs

from ..lockstep import small_run


def models():
    run = small_run()
    model = GPTModel(run.model).to(np.float64)
    set_parameters(model, run.parameters)
    other = twin.GPTModel(run.model).double()
    set_twins(other, run.parameters)
    return run, model, other


@given(st.integers(1, 50), st.sampled_from([-2.5, 0.0, 1e-3, 1.0, 7.0]))
def test_next_tokens(step, dloss):
    """The sum, its count, and the gradient of every weight: autograd's."""
    run, model, other = models()
    batch = run.batches(step)[0]
    tensors = tuple(map(torch.from_numpy, batch))
    nats, cache = ours.NextTokens().forward(model, batch)
    nats_t = theirs.NextTokens().forward(other.eval(), tensors)
    (dloss * nats_t).backward()
    ours.NextTokens().backward(dloss, model, cache)
    np.testing.assert_allclose(nats, nats_t.detach(), rtol=1e-13)
    expected, _ = cross_entropy(model.forward(batch[0])[0], batch[1],
                                reduction="sum")
    assert nats == expected
    gradients = dict(other.named_parameters())
    for name, _, gradient in model.named_parameters():
        scale = abs(dloss) * nats
        np.testing.assert_allclose(gradient, gradients[name].grad, rtol=0,
                                   atol=1e-12 * scale, err_msg=name)


@pytest.mark.parametrize("package", [ours, theirs])
def test_ignored_targets_do_not_count(package):
    inputs, targets = np.zeros((2, 3), int), np.array([[1, -100, 2], [-100] * 3])
    assert package.NextTokens().count((inputs, targets)) == 2
