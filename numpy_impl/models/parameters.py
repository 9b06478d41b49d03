"""Weights travel between models, files and packages as {name: array}."""
import numpy as np

__all__ = ["get_parameters", "set_parameters", "check_parameters"]


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


def real(name, array):
    """The array, if it holds floating-point numbers."""
    if not np.issubdtype(np.asarray(array).dtype, np.floating):
        raise ValueError(f"{name} must hold floating-point numbers, got "
                         f"{np.asarray(array).dtype}")
    return array


def check_parameters(expected, given) -> None:
    """Compare {name: shape} with {name: shape}; ValueError if they differ."""
    problems = [f"missing {name}" for name in expected if name not in given]
    problems += [f"unexpected {name}" for name in given
                 if name not in expected]
    problems += [f"{name} is {tuple(given[name])} instead of {tuple(shape)}"
                 for name, shape in expected.items()
                 if name in given and tuple(given[name]) != tuple(shape)]
    if problems:
        more = f", and {len(problems) - 8} more" if len(problems) > 8 else ""
        raise ValueError("these weights do not fit the model: "
                         + ", ".join(problems[:8]) + more)
