"""The two kinds of learner, seen alike: their weights, their gradients, and what
their layers return.
"""
from collections.abc import Callable
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch

__all__ = ["gradients_of", "watched_layers", "weights_of"]


def weights_of(learner) -> dict[str, np.ndarray]:
    return {name.removeprefix("model."): a for name, a
            in learner.state().items() if name.startswith("model.")}


def gradients_of(learner) -> dict[str, np.ndarray]:
    """After clipping, as the optimizer sees them."""
    if isinstance(learner.model, torch.nn.Module):
        return {name: parameter.grad.numpy() for name, parameter
                in learner.model.named_parameters()}
    return dict(learner.model.named_gradients())


@contextmanager
def watched_layers(model):
    """A list of (path, output) of every layer, in the order of computing."""
    seen: list[tuple[str, Any]] = []
    if isinstance(model, torch.nn.Module):
        def hook(path):
            return lambda module, arguments, y: seen.append(
                (path, y.detach().numpy().copy()))
        hooks = [module.register_forward_hook(hook(path))
                 for path, module in model.named_modules()]
        yield seen
        for handle in hooks:
            handle.remove()
        return

    def watched(forward: Callable, path: str):
        def run(*arguments, **options):
            result = forward(*arguments, **options)
            y = result[0] if isinstance(result, tuple) else result
            seen.append((path, y.copy()))
            return result
        return run
    modules = [(path, module) for path, module in model.named_modules()
               if hasattr(module, "forward")]
    for path, module in modules:
        module.forward = watched(module.forward, path)
    yield seen
    for _, module in modules:
        del module.forward
