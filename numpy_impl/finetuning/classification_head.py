"""From a language model to a classifier: only the head is new.

Shapes: V vocabulary, D model width, C classes.
"""
import numpy as np

from ..layers.linear import Linear
from twinformer.models.initialisation import initial_array

__all__ = ["new_head", "head_parameters"]


def new_head(model, n_classes: int, seed: int) -> None:
    """Put a Linear(D, C) in place of a GPT's head (D, V).

    A head that shared its weights with the token embedding lets go of them.
    """
    D, C = model.config.d_model, n_classes
    dtype = model.token_embedding.weight.dtype
    model.head = Linear(D, C, seed=None).to(dtype)
    for name, array in head_parameters(D, C, seed).items():
        getattr(model.head, name)[...] = array


def head_parameters(d_model: int, n_classes: int,
                    seed: int) -> dict[str, np.ndarray]:
    """GPT-2's initialisation for a head: {name: float32 array}

    From a stream of the seed of its own, as all parameters are drawn.
    """
    weight = initial_array("head.weight", (n_classes, d_model), seed)
    return {"weight": weight,                              # (C, D)
            "bias": np.zeros(n_classes, np.float32)}       # (C,)
