"""Linear: against autograd, its own derivative, and the definition."""
import numpy as np
import pytest

import numpy_impl.layers.linear as ours

from ..case import Case
from ..components import component
from ..proof import check_agreement

NAME = "layers.linear.Linear"


@pytest.mark.parametrize("shape", [(1,), (1, 1), (3, 1), (2, 3, 1)])
def test_sizes_of_one(shape):
    check_agreement(Case(
        component(NAME), arguments=(1, 1, True),
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
