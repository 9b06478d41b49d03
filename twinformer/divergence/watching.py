"""One forward and backward pass, with what goes into and comes out of every module.

Shapes: B batch, T positions, V vocabulary.
"""
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ..backend import implementation
from .subject import Subject, as_array, canonical, is_torch

__all__ = ["Seen", "Trace", "watch"]


@dataclass
class Seen:
    """One call of one module.

    name is canonical; path is the model's own word; call counts the calls of
    a module that runs several times.
    """

    name: str
    path: str
    call: int
    module: Any
    x: np.ndarray | None          # its first input, where that is of numbers
    y: np.ndarray
    dy: np.ndarray | None = None  # the gradient of y


@dataclass
class Trace:
    """Every call, in the order in which they ended, and all gradients."""
    calls: list[Seen] = field(default_factory=list)
    loss: float = float("nan")
    gradients: dict[str, np.ndarray] = field(default_factory=dict)


def watch(subject: Subject, ids: np.ndarray, backward: bool = True, errors=None) -> Trace:
    """Run the model on ids (B, T + 1): T to read, and each one's next as its target.

    errors : callable, optional
        array -> array with rounding errors, for the modules of the NumPy
        contract; torch's are disturbed from outside, by a dispatch mode.
    """
    inputs, targets = ids[:, :-1], ids[:, 1:]
    trace = Trace()
    if is_torch(subject.model):
        watch_torch(subject, inputs, targets, backward, trace)
    else:
        watch_numpy(subject, inputs, targets, backward, trace, errors)
    if backward:
        trace.gradients = subject.gradients()
    return trace


# -- torch --------------------------------------------------------------------

def watch_torch(subject, inputs, targets, backward, trace):
    import torch

    tensors: list[tuple[Seen, Any]] = []
    count: Counter = Counter()

    def hook(path):
        def seen(module, arguments, options, result):
            y = first_of_numbers(result)
            if y is None:
                return
            if y.requires_grad:
                y.retain_grad()
            x = first_of_numbers((*arguments, *options.values()))
            call = Seen(canonical(path), path, count[path], module,
                        None if x is None else as_array(x), as_array(y))
            count[path] += 1
            trace.calls.append(call)
            tensors.append((call, y))
        return seen
    hooks = [module.register_forward_hook(hook(path), with_kwargs=True)
             for path, module in subject.model.named_modules()]
    try:
        with torch.set_grad_enabled(backward):
            subject.model.zero_grad()
            logits = logits_of(subject, torch.tensor(inputs))
            loss = implementation("torch").cross_entropy(logits, torch.tensor(targets))
        trace.loss = float(loss.detach())
        if backward:
            loss.backward()
    finally:
        for handle in hooks:
            handle.remove()
    for call, y in tensors:
        if y.grad is not None:
            call.dy = as_array(y.grad)


def logits_of(subject, ids):
    """The scores (B, T, V) of a torch model, however it returns them."""
    result = subject.model(ids)
    logits = first_of_numbers(getattr(result, "logits", result))
    check_logits(subject, ids, None if logits is None else tuple(logits.shape))
    return logits


def check_logits(subject, ids, shape) -> None:
    """ValueError where the model returned no score for every token in ids (B, T)."""
    if shape is None or len(shape) != 3 or shape[:2] != tuple(ids.shape) or ids.max() >= shape[2]:
        raise ValueError(f"{subject.name}: expected logits (batch, positions, vocabulary) for ids "
                         f"{tuple(ids.shape)} up to {int(ids.max())}, got {shape}")


def first_of_numbers(result):
    """The first floating-point tensor in what a module takes or returns."""
    if hasattr(result, "is_floating_point"):
        return result if result.is_floating_point() else None
    if isinstance(result, dict):
        result = list(result.values())
    if isinstance(result, tuple | list):
        found = (first_of_numbers(part) for part in result)
        return next((part for part in found if part is not None), None)
    return None


# -- the NumPy contract ---------------------------------------------------------

def watch_numpy(subject, inputs, targets, backward, trace, errors):
    package = implementation("numpy")
    subject.model.zero_grad()
    with wrapped(subject.model, trace, errors or (lambda array: array)):
        logits, cache = subject.model.forward(inputs)
        check_logits(subject, inputs, logits.shape)
        loss, loss_cache = package.cross_entropy(logits, targets)
        trace.loss = float(loss)
        if backward:
            subject.model.backward(package.cross_entropy_backward(1.0, loss_cache), cache)


@contextmanager
def wrapped(model, trace, errors):
    """A model whose modules tell the trace what they take and return."""
    count: Counter = Counter()
    open_calls: dict[str, list[Seen]] = {}

    def forward(path, module, original):
        def run(*arguments, **options):
            result = original(*arguments, **options)
            y = errors(result[0])
            x = arguments[0] if arguments else None
            numbers = isinstance(x, np.ndarray) and x.dtype.kind == "f"
            call = Seen(canonical(path), path, count[path], module,
                        x.copy() if numbers else None, y.copy())
            count[path] += 1
            trace.calls.append(call)
            open_calls.setdefault(path, []).append(call)
            return (y, *result[1:])
        return run

    def backward(path, original):
        def run(dy, *arguments, **options):
            open_calls[path].pop().dy = dy.copy()
            dx = original(dy, *arguments, **options)
            return errors(dx) if isinstance(dx, np.ndarray) else dx
        return run
    changed = [(path, module) for path, module in model.named_modules()
               if hasattr(module, "forward")]
    for path, module in changed:
        module.forward = forward(path, module, module.forward)
        module.backward = backward(path, module.backward)
    try:
        yield
    finally:
        for _, module in changed:
            del module.forward, module.backward
