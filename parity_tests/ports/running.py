"""Run a case in somebody's port, whatever its arrays, by the contract it follows:

    a torch Module, or a function of a file that imports torch and has no
    backward of its own: called and differentiated by autograd;
    else y, cache = layer.forward(x) and dx = layer.backward(dy, cache), or
    softmax(x) and softmax_backward(dp, p), as in numpy_impl.

Arrays go in as NumPy's, or as what the port's own `asarray` makes of them
(`from jax.numpy import asarray`, `from tinygrad import Tensor as asarray`);
they come back through DLPack or __array__. A class keeps its parameters as
attributes (weight), their gradients in `grads["weight"]` or `dweight`.
"""
import importlib
import inspect
import traceback
import warnings
from pathlib import Path
from typing import Any

import numpy as np

from ..case import Case, is_float
from ..finding import AbsentError, found, is_torch
from ..running import remembered, run_torch
from .importing import folder_of
from .parameters import gradients, take_parameters, to_numpy

__all__ = ["DeclinedError", "PortError", "backward_of", "by_autograd",
           "run_port"]


class DeclinedError(LookupError):
    """The port does not take the options of this case (masks, dropout)."""


class PortError(RuntimeError):
    """What went wrong inside a port, and on which of its lines."""

    def __init__(self, problem: Exception, package: str):
        self.kind, self.where, self.line = type(problem).__name__, "", ""
        folder = folder_of(package)
        for frame in traceback.extract_tb(problem.__traceback__):
            file = Path(frame.filename).resolve()
            if file == folder or folder in file.parents:
                self.where = (f"{file.relative_to(folder.parent)}:"
                              f"{frame.lineno}")
                self.line = frame.line or ""
        super().__init__(" ".join(str(problem).split()) or self.kind)

    def __str__(self):
        said = f"{self.kind}: {self.args[0]}"
        return f"{self.where}: `{self.line}`: {said}" if self.where else said


def run_port(case: Case, package: str, backwards: int = 1) -> dict[str, Any]:
    """{name: NumPy array}: y, and the gradients that the port has.

    backwards : int
        How many times forward and backward are run: parameters' gradients
        add up.

    Raises
    ------
    AbsentError
        If it does not have this component, or has not written it yet.
    DeclinedError
        If it does not take the case's options.
    PortError
        If it fails otherwise.
    """
    try:
        part = case.component
        thing, own = part.find(package), found(package, part.room, part.public)
        backward = backward_of(part, package)
        check_options(getattr(own, "forward", own),
                      case.named(case.inputs) | case.options())
        if is_torch(own, backward):
            result = run_torch(case, package)
        else:
            with np.errstate(all="ignore"), warnings.catch_warnings():
                warnings.simplefilter("ignore")
                result = by_hand(case, package, thing, backward, backwards)
        return {name: to_numpy(a) for name, a in result.items()}
    except (AbsentError, DeclinedError, KeyboardInterrupt):
        raise
    except NotImplementedError as problem:
        raise AbsentError(f"{package}: not written yet") from problem
    except Exception as problem:
        raise PortError(problem, package) from problem


def by_autograd(part, package: str) -> bool:
    """Whether torch differentiates the port's component."""
    return is_torch(found(package, part.room, part.public), backward_of(part, package))


def backward_of(part, package):
    """A function's backward, where the port has one."""
    if part.is_class():
        return None
    try:
        return part.find(package, part.backward_name())
    except AbsentError:
        return None


def by_hand(case, package, thing, backward, backwards):
    """A result by forward and backward."""
    part, laid = case.component, case.laid_out()
    convert = getattr(importlib.import_module(package), "asarray", lambda a: a)

    def given(a):
        return convert(a) if isinstance(a, np.ndarray) else a
    passed = {name: given(a) for name, a in laid.inputs.items()}
    inputs, options = case.positional(passed), case.named(passed)
    passed = {name: given(np.cos(a)) if is_float(a) else given(a)
              for name, a in laid.inputs.items()}
    others, other_options = case.positional(passed), case.named(passed)
    layer, forward = None, thing
    if part.is_class():
        layer = thing(*case.arguments)
        take_parameters(layer, case, given)
        forward = getattr(layer, "forward", layer)
        backward = getattr(layer, "backward", None)
    results: dict[str, Any] = {}
    for turn in range(backwards):
        result = forward(*inputs, **options, **laid.options(given))
        if backwards > 1 and turn == 0:  # the backward is of this call, not the last
            forward(*others, **other_options, **laid.options(given))
        if part.remembers == "cache" and not isinstance(result, tuple):
            y, memory = result, None
            if backward is not None:
                raise ValueError("forward returned no cache: expected y, cache, for "
                                 "backward(dy, cache) to be given")
        else:
            y, *memory = remembered(part.remembers, result, inputs)
        if y is None:
            raise TypeError("nothing was returned: is its return missing?")
        results["y"] = np.array(to_numpy(y))
        if backward is None or memory is None or not case.has_gradients():
            return results
        try:
            grads = backward(given(laid.dy), *memory)
        except NotImplementedError:  # not yet: y is something already
            return results
        grads = grads if isinstance(grads, tuple | list) else [grads]
        if case.floats() and all(grad is None for grad in grads):
            raise TypeError("the backward returned nothing: is its return missing?")
        for name, grad in zip(case.floats(), grads):
            if grad is not None:
                results.setdefault(f"d{name}", grad)  # of the first call
    if layer is not None:
        results |= gradients(layer, case)
    return results


def check_options(forward, options) -> None:
    """DeclinedError if the port's forward has no room for the options."""
    if not options:
        return
    try:
        names = inspect.signature(forward).parameters
    except (TypeError, ValueError):
        return
    if any(p.kind is p.VAR_KEYWORD for p in names.values()):
        return
    if missing := [name for name in options if name not in names]:
        raise DeclinedError(", ".join(missing))
