"""A model of any kind from its config: which class that is, the one list of
kinds says, so that nothing else has to ask.

Shapes: see the models.
"""
from importlib import import_module
from typing import Any

import numpy as np

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

    To build it is to allocate every weight and gradient; but zeros takes no
    memory until it is written to, and the arrays then take the places of its
    own.
    """
    model = new_model(config, seed=None)
    arrays = {name: np.require(array, requirements="W")
              for name, array in parameters.items()}
    gradients = {name: np.zeros(array.shape, array.dtype)
                 for name, array in arrays.items()}
    for name, module, attribute in model.uses():  # of a shared one, all
        if name in arrays:
            setattr(module, attribute, arrays[name])
            module.grads[attribute] = gradients[name]
    return model
