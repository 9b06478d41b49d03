"""Linear: against autograd, its own derivative, and the definition."""
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import numpy_impl.layers.linear as ours

from ..components import Case, component
from ..proof import (
    check_agreement, check_bfloat16, check_derivative, check_float32,
    check_laws, check_special_values,
)
from ..strategies import broken, cases, generic, moderate, seeds

NAMES = [
    "layers.linear.Linear",
]
every = pytest.mark.parametrize("name", NAMES)


@every
@given(data=st.data())
def test_forward_and_gradients_agree(name, data):
    check_agreement(data.draw(cases(name)))


@every
@given(data=st.data())
def test_backward_is_the_derivative_of_forward(name, data):
    check_derivative(data.draw(cases(name, generic)), data.draw(seeds))


@every
@given(data=st.data())
def test_float32_is_as_accurate_as_torchs(name, data):
    check_float32(data.draw(cases(name, moderate)))


@every
@given(data=st.data())
def test_twin_in_bfloat16(name, data):
    check_bfloat16(data.draw(cases(name, moderate)))


@every
@given(data=st.data())
def test_laws(name, data):
    check_laws(data.draw(cases(name)))


@every
@given(data=st.data())
def test_nan_and_infinity_stay_in_place(name, data):
    check_special_values(data.draw(cases(name, broken)))


@pytest.mark.parametrize("shape", [(1,), (1, 1), (3, 1), (2, 3, 1)])
def test_sizes_of_one(shape):
    check_agreement(Case(
        component(NAMES[0]), arguments=(1, 1, True),
        parameters={"weight": np.array([[3.0]]), "bias": np.array([-2.0])},
        inputs={"x": np.ones(shape)}, dy=np.full(shape, 5.0)))


def test_gradients_of_two_uses_add_up():
    """A layer applied twice receives both gradients, and zero_grad forgets."""
    layer = ours.Linear(2, 3)
    x, dy = np.ones((4, 2), np.float32), np.ones((4, 3), np.float32)
    for _ in range(2):
        layer.backward(dy, layer.forward(x)[1])
    np.testing.assert_array_equal(layer.grads["weight"], np.full((3, 2), 8))
    np.testing.assert_array_equal(layer.grads["bias"], np.full(3, 8))
    layer.zero_grad()
    assert not layer.grads["weight"].any()


def test_without_bias_there_is_none():
    layer = ours.Linear(2, 3, bias=False)
    assert [name for name, _ in layer.named_parameters()] == ["weight"]
