"""Weights by name: what a model expects beside what came."""
import numpy as np

__all__ = ["check_parameters", "real"]


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
