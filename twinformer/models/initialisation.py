"""Where training begins: the initial weights, drawn once, in NumPy, from one
seed, so that the reference and the twin start from the same bits.

Shapes: V = vocabulary, T = context length, D = model width.
"""
import math
from collections.abc import Callable
from typing import Any

import numpy as np

__all__ = ["parameter_shapes", "initial_parameters", "deviations",
           "initial_array", "head_parameters", "initial_factor"]

STD = 0.02
RESIDUAL = ("attention.out.weight", "down.weight")
ZEROS = ("bias", "offset", "sinks")     # what begins at 0 though no matrix

Shapes = dict[str, tuple[int, ...]]


def parameter_shapes(config: Any) -> Shapes:
    """The name and shape of every parameter, in the order of the model."""
    return config.parameter_shapes()


def initial_parameters(config: Any, seed: int) -> dict[str, np.ndarray]:
    """GPT-2's initialisation: {name: float32 array}, as in a new model of that config

    Weights are normal with standard deviation 0.02; the two projections that
    each block adds to the residual stream are divided by sqrt(2 L), so that
    the stream's variance does not grow with its 2 L additions. Norms begin as
    the identity, biases at 0. Radford et al. 2019, section 2.3.
    """
    return {name: initial_array(name, shape, seed, deviations(config.n_layers))
            for name, shape in parameter_shapes(config).items()}


def deviations(n_layers: int) -> Callable[[str], float]:
    """name of a matrix in GPT-2 -> the standard deviation of its weights"""
    residual = STD / math.sqrt(2 * n_layers)
    return lambda name: residual if name.endswith(RESIDUAL) else STD


def initial_array(name: str, shape: tuple[int, ...], seed: int,
                  std: float | Callable[[str], float] = STD) -> np.ndarray:
    """The first values of a parameter, float32: biases and the like 0, the
    scales of norms 1, matrices normal with deviation std, which may depend on
    the name.

    Every parameter draws from its own stream of the seed, so that one more
    layer or an untied head leaves all others as they are.
    """
    if name.endswith(ZEROS):
        return np.zeros(shape, np.float32)
    if len(shape) == 1:
        return np.ones(shape, np.float32)
    generator = np.random.default_rng([seed, *name.encode()])
    normal = generator.standard_normal(shape, np.float32)
    return normal * np.float32(std(name) if callable(std) else std)


def head_parameters(d_model: int, n_classes: int,
                    seed: int) -> dict[str, np.ndarray]:
    """GPT-2's initialisation for a head: {name: float32 array}

    From a stream of the seed of its own, as all parameters are drawn.
    """
    weight = initial_array("head.weight", (n_classes, d_model), seed)
    return {"weight": weight,                              # (C, D)
            "bias": np.zeros(n_classes, np.float32)}       # (C,)


def initial_factor(shape: tuple[int, int], seed) -> np.ndarray:
    """A's first values: uniform in +-1 / sqrt(D), (R, D) float32

    The bound of He et al. 2015 with torch's a = sqrt(5), as in the paper's
    code and in peft; the paper's text says Gaussian.
    """
    bound = 1 / math.sqrt(shape[1])
    generator = np.random.default_rng(seed)
    return generator.uniform(-bound, bound, shape).astype(np.float32)
