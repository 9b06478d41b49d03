"""Positions: learned vectors, and the sines and cosines computed."""
import math

import numpy as np
import pytest
import torch

import numpy_impl.layers.positions as ours
import torch_impl.layers.positions as theirs
from twinformer.models.context import Context

from ..agreement import assert_rounding
from ..case import Case
from ..components import component
from ..proof import check_agreement

NAME = "layers.positions.LearnedPositions"


def test_gradient_lands_where_the_positions_are():
    """Three positions from the second on, in a batch of two."""
    check_agreement(Case(
        component(NAME), arguments=(6, 1),
        parameters={"weight": np.arange(6.0)[:, None]},
        inputs={"x": np.zeros((2, 3, 1))}, dy=np.ones((2, 3, 1)),
        positions=slice(2, 5)))
    layer = ours.LearnedPositions(6, 1)
    layer.backward(np.ones((2, 3, 1), np.float32), slice(2, 5))
    np.testing.assert_array_equal(layer.grads["weight"].ravel(),
                                  [0, 0, 2, 2, 2, 0])


def test_every_sequence_may_have_positions_of_its_own():
    """As where texts are packed or padded on the left; repeated ones, too."""
    layer = ours.LearnedPositions(4, 1)
    layer.weight[...] = np.arange(4)[:, None]
    positions = np.array([[0, 1, 0], [0, 0, 3]])
    y, cache = layer.forward(np.zeros((2, 3, 1), np.float32),
                             Context(positions=positions))
    np.testing.assert_array_equal(y[..., 0], positions)
    layer.backward(np.ones((2, 3, 1), np.float32), cache)
    np.testing.assert_array_equal(layer.grads["weight"].ravel(), [4, 1, 0, 1])


def test_sinusoidal_positions_by_the_formula():
    """Entry by entry from Python's own sine; they turn as the text says."""
    length, dim = 50, 6
    waves = ours.sinusoidal_positions(length, dim)
    assert waves.shape == (length, dim) and waves.dtype == np.float64
    for t in range(length):
        for i in range(dim // 2):
            angle = t / 10000 ** (2 * i / dim)
            # t and base^(2i/D) have a relative error of a few eps each
            allowed = 4 * np.finfo(float).eps * (1 + angle)
            assert abs(waves[t, 2 * i] - math.sin(angle)) <= allowed
            assert abs(waves[t, 2 * i + 1] - math.cos(angle)) <= allowed


def test_moving_on_is_a_rotation_the_same_everywhere():
    k, waves = 7, ours.sinusoidal_positions(40, 8)
    speed = np.exp(np.arange(0, 8, 2) * (-math.log(10000) / 8))
    turn = np.exp(1j * k * speed)
    hands = waves[:, 1::2] + 1j * waves[:, ::2]
    # a sine is as wrong as its angle is: rounded, of up to 40
    assert_rounding(hands[k:], hands[:-k] * turn, 1, size=40)


@pytest.mark.parametrize("package", [ours, theirs])
def test_an_odd_width_is_refused(package):
    with pytest.raises(ValueError, match="even width, got 5"):
        package.sinusoidal_positions(3, 5)
    assert isinstance(theirs.sinusoidal_positions(2, 4), torch.Tensor)
