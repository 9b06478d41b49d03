"""Weights travel between models, files and packages as {name: array}."""
import numpy as np

__all__ = ["get_parameters", "set_parameters"]


def get_parameters(model) -> dict[str, np.ndarray]:
    """The parameters of a model by name: its own arrays, not copies."""
    return model.state_dict()


def set_parameters(model, parameters) -> None:
    """Copy {name: array} into a model, in the model's dtype.

    Raises
    ------
    ValueError
        If a name is missing or unknown or a shape differs; lists them all,
        and leaves the model as it was.
    """
    model.load_state_dict(parameters)
