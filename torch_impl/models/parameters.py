"""Weights travel between models, files and packages as {name: array}."""
import numpy as np
import torch

from twinformer.models.parameters import check_parameters, real

from ..layers.whole_tensors import fill, whole

__all__ = ["get_parameters", "set_parameters"]


def get_parameters(model) -> dict[str, np.ndarray]:
    """The parameters of a model by name, copied to the CPU if not there;
    bfloat16, which NumPy does not have, widened."""
    return {name: numbers(tensor) for name, tensor in model.named_parameters()}


def numbers(tensor) -> np.ndarray:
    """Of a tensor, of which ranks may hold parts; then all call it."""
    tensor = whole(tensor.detach()).cpu()
    return (tensor.float() if tensor.dtype == torch.bfloat16
            else tensor).numpy()


def set_parameters(model, parameters) -> None:
    """Copy {name: array} into a model, in the model's dtype.

    Raises
    ------
    ValueError
        If a name is missing or unknown or a shape differs; lists them all,
        and leaves the model as it was.
    """
    own = dict(model.named_parameters())
    check_parameters({name: tensor.shape for name, tensor in own.items()},
                     {name: np.shape(a) for name, a in parameters.items()})
    given = {name: real(name, parameters[name]) for name in own}
    for name, tensor in own.items():
        fill(tensor, torch.from_numpy(np.asarray(given[name])))
