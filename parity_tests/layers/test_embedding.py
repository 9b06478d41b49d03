"""Embedding: rows of a table, and the sum of what comes back to each."""
import numpy as np
import pytest
from hypothesis import given

import numpy_impl.layers.embedding as ours
import numpy_impl.layers.linear as linear

from ..agreement import assert_rounding
from ..running import run_numpy
from ..strategies import cases, generic

NAME = "layers.embedding.Embedding"


@given(cases(NAME, generic))
def test_embedding_is_linear_of_one_hot_vectors(case):
    """The table is the transposed weight; picking a row multiplies by 1 and
    adds zeros, so the output is the same to the bit."""
    (V, D), ids = case.arguments, case.inputs["ids"]
    one_hot = np.eye(V)[ids]                               # (..., V)
    layer = linear.Linear(V, D, bias=False).to(np.float64)
    layer.weight[...] = case.parameters["weight"].T
    y, cache = layer.forward(one_hot)
    layer.backward(case.dy, cache)

    result = run_numpy(case)
    np.testing.assert_array_equal(result["y"], y)
    assert_rounding(result["dweight"], layer.grads["weight"].T, 1,
                    size=np.abs(case.dy).sum())


def test_gradients_of_repeated_ids_add_up():
    layer = ours.Embedding(5, 1)
    dy = np.array([[1.0], [2.0], [4.0], [8.0]], np.float32)
    _, ids = layer.forward(np.array([3, 0, 3, 3]))
    layer.backward(dy, ids)
    np.testing.assert_array_equal(layer.grads["weight"].ravel(),
                                  [2, 0, 0, 13, 0])


def test_no_ids_no_gradient():
    layer = ours.Embedding(5, 2)
    y, ids = layer.forward(np.zeros((0, 3), int))
    layer.backward(np.zeros((0, 3, 2), np.float32), ids)
    assert y.shape == (0, 3, 2) and not layer.grads["weight"].any()


@pytest.mark.parametrize("ids", [[0, 1], np.array([0.0])])
def test_ids_are_an_array_of_whole_numbers(ids):
    with pytest.raises(TypeError, match="array of whole numbers"):
        ours.Embedding(2, 3).forward(ids)
