"""oneDNN's products: those of torch, no further from the truth, and only where
they are meant."""
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from torch_impl.layers import onednn

from ..agreement import assert_no_worse
from ..strategies import seeds

pytestmark = pytest.mark.skipif(
    not hasattr(torch.ops.mkldnn, "_linear_pointwise"),
    reason="this torch has no oneDNN")


@given(N=st.integers(1, 40), D=st.integers(1, 40), F=st.integers(1, 40),
       bias=st.booleans(), strided=st.booleans(), seed=seeds,
       axes=st.sampled_from([(), (1,), (2, 3)]))
def test_values_and_gradients(N, D, F, bias, strided, seed, axes):
    draw = np.random.default_rng(seed)
    rows = (*axes, N) if axes else ()  # or one vector alone
    arrays = [draw.standard_normal(shape) for shape in ((*rows, D), (F, D), (F,))]
    dy = draw.standard_normal((*rows, F))

    def run(linear, dtype):
        x, weight, b = (torch.tensor(a, dtype=dtype, requires_grad=True)
                        for a in arrays)
        entering = x.mT.contiguous().mT if strided and axes else x
        leaves = [x, weight, *([b] if bias else [])]
        y = linear(entering, weight, b if bias else None)
        return [y, *torch.autograd.grad(y, leaves, torch.tensor(dy, dtype=dtype))]
    ours = run(onednn.onednn_linear, torch.float32)
    theirs = run(torch.nn.functional.linear, torch.float32)
    truth = run(torch.nn.functional.linear, torch.float64)
    for one, other, exact in zip(ours, theirs, truth, strict=True):
        unit = np.finfo(np.float32).eps * np.abs(exact.detach().numpy()).max()
        assert_no_worse(one, other, exact, unit)


def test_it_is_for_single_precision_alone(monkeypatch):
    monkeypatch.setattr(onednn, "mkl_is_slow", lambda: True)
    monkeypatch.setattr(onednn, "has_onednn", lambda: True)
    x, weight = torch.zeros(32, 8), torch.zeros(4, 8)
    assert onednn.suits_onednn(x, weight)
    assert not onednn.suits_onednn(x[:0], weight)
    assert not onednn.suits_onednn(x.double(), weight.double())
    assert not onednn.suits_onednn(x, weight.bfloat16())
    assert not onednn.suits_onednn(x.to("meta"), weight.to("meta"))
    with torch.autocast("cpu", torch.bfloat16):
        assert not onednn.suits_onednn(x, weight)
    monkeypatch.setattr(onednn, "mkl_is_slow", lambda: False)
    assert not onednn.suits_onednn(x, weight)


@pytest.mark.parametrize("shape, few", [((3, 8), False), ((4, 8), True), ((16, 8), True),
                                        ((4, 4, 8), True), ((17, 8), False), ((8,), False)])
def test_elsewhere_it_is_for_a_few_rows_in_no_training(monkeypatch, shape, few):
    monkeypatch.setattr(onednn, "mkl_is_slow", lambda: False)
    monkeypatch.setattr(onednn, "has_onednn", lambda: True)
    x, weight = torch.zeros(shape), torch.zeros(4, 8)
    assert not onednn.suits_onednn(x, weight)
    with torch.inference_mode():
        assert onednn.suits_onednn(x, weight) is few
    monkeypatch.setattr(onednn, "has_onednn", lambda: False)
    with torch.no_grad():
        assert not onednn.suits_onednn(x, weight)


@pytest.mark.parametrize("maker, expected", [("AuthenticAMD", True),
                                             ("GenuineIntel", False)])
def test_mkl_is_slow_on_amd(tmp_path, maker, expected):
    path = tmp_path / maker
    path.write_text(f"processor : 0\nvendor_id : {maker}\n")
    slow = onednn.mkl_is_slow.__wrapped__
    assert slow(str(path)) is expected
    assert slow(str(tmp_path / "none")) is False


@pytest.mark.parametrize("capability, expected", [("AVX512", True), ("AVX2", False)])
def test_onednn_is_for_avx_512(monkeypatch, capability, expected):
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: capability)
    assert onednn.has_onednn.__wrapped__() is expected


def test_what_is_frozen_gets_no_gradient():
    x, weight = torch.ones(20, 3), torch.ones(2, 3, requires_grad=True)
    onednn.onednn_linear(x, weight, None).sum().backward()
    assert x.grad is None and weight.grad.unique().tolist() == [20.0]


def test_a_frozen_weight_keeps_no_input():
    """Else LoRA would hold every activation of its frozen base."""
    x, weight = torch.ones(20, 3, requires_grad=True), torch.ones(2, 3)
    y = onednn.onednn_linear(x, weight, None)
    kept, _ = y.grad_fn.saved_tensors
    assert kept is None
    y.sum().backward()
    assert x.grad.unique().tolist() == [2.0]
