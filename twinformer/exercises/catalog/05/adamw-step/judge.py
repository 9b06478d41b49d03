"""Any step, from any moments."""
import numpy as np

from numpy_impl.training.optimizer import adamw


def case(source):
    shape = (source.size(3), source.size(3))
    return {"weight": source.numbers(shape), "gradient": source.numbers(shape) + 0.125,
            "first": source.numbers(shape), "second": np.abs(source.numbers(shape)),
            "step": source.whole(1, 9), "rate": source.choice([0.1, 0.001]),
            "decay": source.choice([0.0, 0.1]), "beta1": 0.9,
            "beta2": source.choice([0.95, 0.999]), "epsilon": source.choice([1e-8, 0.01])}


def truth(weight, gradient, first, second, step, rate, decay, beta1, beta2, epsilon):
    adamw(weight, gradient, first, second, step, rate, decay, beta1, beta2, epsilon)
