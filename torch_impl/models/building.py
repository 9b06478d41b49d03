"""A model of any kind from its config: which class that is, the one list of
kinds says, so that nothing else has to ask.

Shapes: see the models.
"""
from importlib import import_module
from typing import Any

import numpy as np
import torch
from torch.nn import Parameter

from twinformer.architectures.kinds import kind_of

__all__ = ["model_class", "model_of", "new_model"]


def model_class(config) -> Any:
    """The class of a config's kind: GPTModel, LlamaModel, ..."""
    package = import_module(__name__.partition(".")[0])  # lazily all names
    return getattr(package, kind_of(config).model)


def new_model(config, seed: int | None = 0) -> Any:
    """A model of that shape, ready to train.

    config : GPT2Config, LlamaConfig, ...
    seed : its first weights are drawn from it; None leaves them at 0
    """
    return model_class(config)(config, seed=seed)


def model_of(config, parameters: dict[str, np.ndarray]) -> Any:
    """A model whose weights are these arrays; read-only ones are copied.

    To build it is to allocate every weight. So it is built on torch's meta
    device, where tensors are shapes alone, and the arrays then take the
    places of its own.
    """
    with torch.device("meta"):
        model = new_model(config, seed=None)
    weights = {name: Parameter(as_tensor(array))
               for name, array in parameters.items()}
    names: dict[int, str] = {}
    uses = list(model.named_parameters(remove_duplicate=False))
    for use, parameter in uses:  # of a shared one, all
        name = names.setdefault(id(parameter), use)
        path, _, attribute = use.rpartition(".")
        if name in weights:
            setattr(model.get_submodule(path), attribute, weights[name])
    return model.eval()


def as_tensor(array):
    """A tensor of the array's own memory; of a read-only one, of a copy"""
    if isinstance(array, torch.Tensor):
        return array
    return torch.from_numpy(np.require(array, requirements="W"))
