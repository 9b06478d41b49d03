"""Running a case: in the reference, in the twin, and in the twin with an error
in every operation, which says how far two correct programs may part.

A result is {name: array}: y, the gradient of every floating-point input ("dx"),
and that of every parameter ("dweight", "blocks.0.norm1.dbias"), for the
cotangent dy.
"""
import importlib
from contextlib import nullcontext
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from .bounds import measured_bounds
from .case import Case

__all__ = ["bounds_of", "check_fit", "gradient_name", "load", "remembered", "run_numpy",
           "run_torch"]


def run_numpy(case: Case, package: str = "numpy_impl") -> dict[str, Any]:
    """{name: array} by the reference's contract, in the dtype of the case."""
    part, case = case.component, case.laid_out()
    inputs = case.positional(case.inputs)
    options = case.named(case.inputs) | case.options()
    with np.errstate(all="ignore"):
        if part.is_class():
            layer = load(part.find(package)(*case.arguments), case)
            result = layer.forward(*inputs, **options)
            backward = layer.backward
        else:
            layer = None
            result = part.find(package)(*inputs, **options)
            backward = (part.find(package, part.backward_name())
                        if case.floats() else None)
        y, *memory = remembered(part.remembers, result, inputs)
        found = {"y": np.array(y)}
        if backward:
            grads = backward(case.dy, *memory)
            grads = grads if isinstance(grads, (tuple, list)) else [grads]
            found |= {f"d{name}": grad for name, grad
                      in zip(case.floats(), grads, strict=False)}
    if layer is not None:
        found |= {gradient_name(name): grad
                  for name, grad in layer.named_gradients()}
    return found


def remembered(what: str, result, inputs):
    """y, and what the backward is given besides dy."""
    return {"cache": lambda: result,
            "arguments": lambda: (result, *inputs[1:]),
            "output": lambda: (result, result),
            "bent": lambda: (result, result, *inputs[1:]),
            "input": lambda: (result, inputs[0]),
            "inputs": lambda: (result, *inputs)}[what]()


def run_torch(case: Case, package: str = "torch_impl", *, fused: bool = True,
              dtype: torch.dtype | None = None, device: str = "cpu",
              keep_graph: bool = False) -> dict[str, torch.Tensor]:
    """{name: tensor} by the twin's contract: y, and gradients by autograd.

    fused : bool
        Whether the layers call torch's fused kernels (torch_impl.layers.fused)
        or spell every step out.
    dtype, device
        Where and in which precision to compute; the case's own dtype if None.
    """
    part, case = case.component, case.laid_out()

    def tensor(a):
        if not isinstance(a, np.ndarray):
            return a
        t = torch.from_numpy(a)
        return t.to(device, dtype if t.is_floating_point() else None)

    inputs = {name: tensor(a) for name, a in case.inputs.items()}
    wanted = {f"d{name}": inputs[name].detach().requires_grad_()
              for name in case.floats()}
    inputs |= {name: wanted[f"d{name}"] for name in case.floats()}
    with nullcontext() if fused else spelled_out(package):
        f = part.find(package)
        if part.is_class():
            f = f(*case.arguments).eval().to(device)
            f = load(f, case, dtype)
            wanted |= {gradient_name(name): parameter
                       for name, parameter in f.named_parameters()}
        y = f(*case.positional(inputs), **case.named(inputs),
              **case.options(tensor))
        found = {"y": y}
        if wanted and y.requires_grad and y.shape == case.dy.shape:
            grads = torch.autograd.grad(y, list(wanted.values()),
                                        tensor(case.dy), allow_unused=True)
            found |= {name: torch.zeros_like(of) if grad is None else grad
                      for (name, of), grad
                      in zip(wanted.items(), grads, strict=True)}
    return found


def bounds_of(case: Case, **options):
    """The result of the spelled-out twin, and how far each number of it may
    be off: two dictionaries of arrays. options: those of measured_bounds."""
    # packed: no fused kernel takes a strided one
    case = replace(case.cast(np.float64), strided=False)
    return measured_bounds(lambda: run_torch(case, fused=False),
                           lambda: run_torch(case), **options)


def spelled_out(package: str):
    return importlib.import_module(f"{package}.layers.fused").spelled_out()


def load(layer, case: Case, dtype=None):
    """Give a new layer the case's dtype and parameters."""
    arrays = case.parameters
    check_fit(dict(layer.named_parameters()), arrays)
    if isinstance(layer, torch.nn.Module):
        own = dict(layer.named_parameters())
        with torch.no_grad():
            for name, a in arrays.items():
                data = torch.from_numpy(a).to(own[name].device, dtype)
                own[name].data = data.clone()
        return layer
    if arrays:
        layer.to(next(iter(arrays.values())).dtype)
    for name, own in layer.named_parameters():
        own[...] = arrays[name]
    return layer


def check_fit(own, arrays) -> None:
    """ValueError unless a layer has these parameters, in these shapes."""
    if missing := [name for name in arrays if name not in own]:
        raise ValueError(f"there is no parameter {missing[0]}; there are "
                         f"{', '.join(own) or 'none'}")
    for name, a in arrays.items():
        if (shape := tuple(own[name].shape)) != a.shape:
            turned = shape == a.shape[::-1]
            raise ValueError(
                f"{name} has shape {shape}, expected {a.shape}"
                + ": weights are laid out (outputs, inputs)" * turned)


def gradient_name(name: str) -> str:
    """"norm1.weight" -> "norm1.dweight" """
    path, dot, last = name.rpartition(".")
    return f"{path}{dot}d{last}"
