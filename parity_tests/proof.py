"""What every component has to pass, one function a proof: test_components.py
applies each to each. What a component alone obeys stands in its test file."""
import copy
from dataclasses import replace

import numpy as np
import torch

from .agreement import assert_agree, assert_no_worse
from .bounds import DOUBLE, ULPS
from .case import Case, is_float
from .running import bounds_of, load, run_numpy, run_torch

__all__ = ["check_agreement", "check_bfloat16", "check_derivative",
           "check_float32", "check_laws", "check_special_values"]


def check_agreement(case: Case):
    """y and all gradients, by name: the reference, the spelled-out twin with
    autograd, and the twin with torch's own fused kernels are one."""
    ours = run_numpy(case)
    spelled, bounds = bounds_of(case)
    fused = run_torch(case)

    assert list(ours) == list(spelled) == list(fused)
    for name, bound in bounds.items():
        assert_agree(ours[name], spelled[name], bound, name)
        assert_agree(fused[name], spelled[name], bound, name + " (fused)")


def check_special_values(case: Case):
    """NaN and infinities come out of forward in the same places in all three.

    Of the backward nothing is asked: a loss that is not finite never gets
    there, and torch's own kernels differ (relu passes on the gradient of a
    NaN, torch.where does not).
    """
    ours = run_numpy(case)["y"]
    for fused in (False, True):
        theirs = run_torch(case, fused=fused)["y"].detach().numpy()
        np.testing.assert_array_equal(kinds(ours), kinds(theirs))


def kinds(a):
    """0 for a number, NaN and the infinities as they are."""
    return np.where(np.isfinite(a), 0, a)


def check_derivative(case: Case, seed: int):
    """No torch: for every input and parameter, <gradient, v> is the derivative
    of <dy, y> along a random v.

    By complex step, y(x + i h v) = y(x) + i h y'(x) v + O(h^2): nothing is
    subtracted, so h may be so small that the second order is below rounding.
    Where the formula cannot be run with complex numbers (erf, |x|), by central
    difference, whose step balances rounding (eps / h) with the third
    derivative (h^2).

    The rounding error of a directional derivative is that of its terms: of the
    gradient (its bound, times v), and of y's own derivative, summed with dy.
    """
    ours = run_numpy(case)
    _, bounds = bounds_of(case)
    generator = np.random.default_rng(seed)
    difference = (complex_step if case.component.complex_step
                  else central_difference)
    for name in ours:
        if name == "y":
            continue
        v = generator.standard_normal(ours[name].shape)
        along, error = difference(case, name, v)
        expected = (ours[name] * v).sum()
        terms = ULPS * DOUBLE.eps * (
            np.abs(ours[name] * v).sum() + np.abs(case.dy * along).sum())
        allowed = (bounds[name] * np.abs(v)).sum() + terms + error
        assert_agree((case.dy * along).sum(), expected, 2 * allowed, name)


def complex_step(case, name, v, h=1e-30):
    """dy/dv, and its error beyond rounding: times h, what is smaller than the
    smallest number is lost."""
    moved = forward(moved_along(case.cast(np.complex128), name, 1j * h * v))
    return moved.imag / h, ULPS * DOUBLE.tiny / h * np.abs(case.dy).sum()


def central_difference(case, name, v):
    """dy/dv, and its error: that of the step, estimated by a second step of
    half the size (Richardson), and of subtracting two nearly equal numbers."""
    def slope(h):
        up = forward(moved_along(case, name, h * v))
        down = forward(moved_along(case, name, -h * v))
        return (up - down) / (2 * h), np.abs(up) + np.abs(down)
    h = DOUBLE.eps ** (1 / 3)
    rough, _ = slope(h)
    fine, size = slope(h / 2)
    steps = np.abs(rough - fine)
    rounding = ULPS * DOUBLE.eps * size / h
    return fine, (np.abs(case.dy) * (steps + rounding)).sum()


def moved_along(case, name, step):
    """The case with the input or parameter that `name` is the gradient of
    moved by step."""
    path, dot, last = name.rpartition(".")
    name = f"{path}{dot}{last.removeprefix('d')}"
    where = "parameters" if name in case.parameters else "inputs"
    arrays = getattr(case, where)
    return replace(case, **{where: arrays | {name: arrays[name] + step}})


def forward(case):
    """y alone, by the reference."""
    part = case.component
    f = part.find("numpy_impl")
    if part.is_class():
        f = load(f(*case.arguments), case).forward
    with np.errstate(all="ignore"):
        result = f(*case.positional(case.inputs), **case.named(case.inputs),
                   **case.options())
    return result[0] if part.remembers == "cache" else result


def check_float32(case: Case):
    """In single precision, as accurate as torch is."""
    case = case.cast(np.float32)
    ours, theirs = run_numpy(case), run_torch(case)
    exact = case.cast(np.float64)
    truth = run_numpy(exact)
    single = np.finfo(np.float32)
    _, bounds = bounds_of(exact, precision=single)
    for name, bound in bounds.items():
        assert_no_worse(ours[name], theirs[name], truth[name], bound / ULPS,
                        name)


def check_bfloat16(case: Case):
    """The twin in bfloat16: within the same bound, eps being 2^-7 there."""
    def rounded(a):
        if not is_float(a):
            return a
        return torch.from_numpy(a).bfloat16().double().numpy()
    case = replace(
        case, dy=rounded(case.dy),
        inputs={n: rounded(a) for n, a in case.inputs.items()},
        parameters={n: rounded(a) for n, a in case.parameters.items()})
    truth = run_numpy(case)
    _, bounds = bounds_of(case, precision=torch.finfo(torch.bfloat16), errors=1)
    for fused in (True, False):
        low = run_torch(case, fused=fused, dtype=torch.bfloat16)
        for name, tensor in low.items():
            assert tensor.dtype == torch.bfloat16
            assert_agree(tensor.double(), truth[name], bounds[name], name)


def check_laws(case: Case):
    """dtype in = dtype out; twice the same bits; the inputs are not modified;
    gradients add up."""
    for dtype in (np.float64, np.float32):
        typed = case.cast(dtype)
        before = copy.deepcopy((typed.inputs, typed.parameters, typed.dy))
        first, second = run_numpy(typed), run_numpy(typed)
        for name in first:
            if typed.parameters or typed.floats():
                assert first[name].dtype == dtype, name
            np.testing.assert_array_equal(first[name], second[name], name)
        np.testing.assert_equal(
            (typed.inputs, typed.parameters, typed.dy), before)
    if case.component.is_class():
        check_gradients_add_up(case)


def check_gradients_add_up(case):
    """Two forwards, then both backwards: twice the gradient, to the bit.

    But for a model that uses a parameter twice: a + b + a + b is added up in
    another order than 2 (a + b), and is held to the measured bounds.
    """
    layer = load(case.component.find("numpy_impl")(*case.arguments), case)
    once = run_numpy(case)
    inputs, caches = case.inputs.values(), []
    with np.errstate(all="ignore"):
        for _ in range(2):
            result = layer.forward(*inputs, **case.options())
            caches.append(result[1:] if case.component.remembers == "cache"
                          else list(inputs)[1:])
        for cache in caches:
            layer.backward(case.dy, *cache)
        bounds = bounds_of(case)[1] if case.component.model else {}
        for name, grad in layer.named_gradients():
            path, dot, last = name.rpartition(".")
            name = f"{path}{dot}d{last}"
            if name in bounds:
                assert_agree(grad, 2 * once[name], 2 * bounds[name], name)
            else:
                np.testing.assert_array_equal(grad, 2 * once[name], name)
