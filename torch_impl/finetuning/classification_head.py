"""From a language model to a classifier: only the head is new.

Shapes: V vocabulary, D model width, C classes.
"""
from twinformer.models.initialisation import head_parameters

from ..layers.linear import Linear
from ..models.parameters import set_parameters

__all__ = ["new_head"]


def new_head(model, n_classes: int, seed: int) -> None:
    """Put a Linear(D, C) in place of a GPT's head (D, V).

    A head that shared its weights with the token embedding lets go of them.
    """
    D, C = model.config.d_model, n_classes
    weight = model.token_embedding.weight
    model.head = Linear(D, C, seed=None).to(weight.device, weight.dtype)
    set_parameters(model.head, head_parameters(D, C, seed))
