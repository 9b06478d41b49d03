"""parametrize_with_checks: green for what is right, red with words for what is not."""
import numpy as np
import pytest
import torch

from ..components import component
from .broken_ports import EpsOutside
from .checks import check_port, component_of, parametrize_with_checks


class MyLayerNorm(torch.nn.Module):
    def __init__(self, dim, eps=1e-5):
        super().__init__()
        self.eps = eps
        self.weight = torch.nn.Parameter(torch.ones(dim))
        self.bias = torch.nn.Parameter(torch.zeros(dim))

    def forward(self, x):
        variance = x.var(-1, correction=0, keepdim=True)
        centred = x - x.mean(-1, keepdim=True)
        return self.weight * centred / torch.sqrt(variance + self.eps) + self.bias


def my_softmax(x):
    e = np.exp(x - np.max(x, -1, keepdims=True))
    return e / np.sum(e, -1, keepdims=True)


def my_softmax_backward(dp, p):
    return p * dp - p * np.sum(dp * p, -1, keepdims=True)


def naive_softmax(x):
    e = np.exp(x)
    return e / np.sum(e, -1, keepdims=True)


@parametrize_with_checks([MyLayerNorm(4), my_softmax])
def test_what_is_right_is_green(port, check):
    check(port)


def test_what_is_wrong_is_told():
    with pytest.raises(AssertionError, match="without the largest score subtracted"):
        check_port(naive_softmax, "layers.softmax.softmax", "large")
    with pytest.raises(AssertionError, match="eps outside the root"):
        check_port(EpsOutside, "layers.norm.LayerNorm")
    check_port(naive_softmax, "layers.softmax.softmax", "ordinary")


def test_a_name_says_which_component_is_meant():
    def my_log_softmax(x):
        return x

    def something(x):
        return x
    assert component_of(my_log_softmax) == component("layers.softmax.log_softmax")
    with pytest.raises(ValueError, match="which component something is"):
        parametrize_with_checks([something])
    mark = parametrize_with_checks({"layers.norm.LayerNorm": EpsOutside})
    assert len(mark.args[1]) == 8
