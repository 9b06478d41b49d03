"""A pass of a torch.nn.Module, by its hooks.

Shapes: B batch, T positions, V vocabulary.
"""
from collections import Counter
from typing import Any

from ..backend import implementation
from .subject import as_array
from .trace import Seen, check_logits

__all__ = ["watch_torch"]


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
            call = Seen(subject.canonical(path), path, count[path], module,
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
