"""Ports in other libraries' arrays: JAX and tinygrad on the CPU, where installed."""
import numpy as np
import pytest

from ..components import component
from ..finding import found
from .importing import import_port
from .parameters import to_numpy
from .trying import sides_of, tried

JAX = """
import jax
jax.config.update("jax_enable_x64", True)
import jax.numpy as jnp
from jax.numpy import asarray

def softmax(x):
    e = jnp.exp(x - x.max(-1, keepdims=True))
    return e / e.sum(-1, keepdims=True)

def softmax_backward(dp, p):
    return p * (dp - (dp * p).sum(-1, keepdims=True))

class Linear:
    def __init__(self, d_in, d_out, bias=True):
        self.weight = jnp.zeros((d_out, d_in))
        self.bias = jnp.zeros(d_out) if bias else None
        self.dweight = self.dbias = 0.0

    def forward(self, x):
        y = x @ self.weight.T
        return y if self.bias is None else y + self.bias, x

    def backward(self, dy, x):
        rows, drows = x.reshape(-1, x.shape[-1]), dy.reshape(-1, dy.shape[-1])
        self.dweight = self.dweight + drows.T @ rows
        if self.bias is not None:
            self.dbias = self.dbias + drows.sum(0)
        return dy @ self.weight
"""
TINYGRAD = """
from tinygrad import Tensor

def asarray(a):
    return Tensor(a)

def softmax(x):
    return x.softmax(-1)

def softmax_backward(dp, p):
    return p * (dp - (dp * p).sum(-1, keepdim=True))
"""


@pytest.mark.parametrize("library, source, names", [
    ("jax", JAX, ["layers.softmax.softmax", "layers.linear.Linear"]),
    ("tinygrad", TINYGRAD, ["layers.softmax.softmax"])])
def test_a_port_in_other_arrays(tmp_path, monkeypatch, library, source, names):
    monkeypatch.setenv("DEV", "PYTHON")  # tinygrad: no compiler is needed
    pytest.importorskip(library)
    monkeypatch.chdir(tmp_path)
    (tmp_path / f"in_{library}.py").write_text(source, encoding="utf-8")
    package = import_port(f"in_{library}")
    for name in names:
        part = component(name)
        row = tried(part, sides_of(package), seconds=0, seed=0, numbers=[0, 1, 2])
        assert row.finding is None, row.finding
        assert row.cases == 3
    backward = found(package, "layers.softmax", "softmax_backward")
    monkeypatch.setattr(f"{package}.softmax_backward", lambda dp, p: 2 * backward(dp, p))
    row = tried(component("layers.softmax.softmax"), sides_of(package), 0, 0, [0])
    assert row.finding and {f.name for f in row.finding.failures} == {"dx"}


def test_what_only_dlpack_or_numpy_carry_is_read():
    class Capsule:
        def __init__(self, a):
            self.a = a

        def __dlpack__(self, **options):
            return self.a.__dlpack__(**options)

        def __dlpack_device__(self):
            return self.a.__dlpack_device__()

    class Lazy:
        def __init__(self, a):
            self.a = a

        def numpy(self):
            return self.a

    a = np.arange(3.0)
    for wrapped in (Capsule(a), Lazy(a), [0.0, 1.0, 2.0]):
        np.testing.assert_array_equal(to_numpy(wrapped), a)
