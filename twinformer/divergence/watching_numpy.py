"""A pass of a model of the NumPy contract, its modules' methods wrapped for so long."""
from collections import Counter
from contextlib import contextmanager

import numpy as np

from ..backend import implementation
from .names import canonical
from .trace import Seen, check_logits

__all__ = ["watch_numpy"]


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
