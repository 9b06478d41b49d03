"""Weights travel between models, files and packages as {name: array}."""
import numpy as np

from twinformer.models.parameters import check_parameters, real

__all__ = ["get_parameters", "set_parameters"]


def get_parameters(model) -> dict[str, np.ndarray]:
    """The parameters of a model by name: its own arrays, not copies."""
    return {name: array for name, array, _ in model.named_parameters()}


def set_parameters(model, parameters) -> None:
    """Copy {name: array} into a model, in the model's dtype.

    Raises
    ------
    ValueError
        If a name is missing or unknown or a shape differs; lists them all,
        and leaves the model as it was.
    """
    own = {name: array for name, array, _ in model.named_parameters()}
    check_parameters({name: array.shape for name, array in own.items()},
                     {name: np.shape(a) for name, a in parameters.items()})
    for name, array in own.items():
        array[...] = real(name, parameters[name])
