"""One step of AdamW, for one array of weights."""
import numpy as np


def adamw(weight, gradient, first, second, step, rate, decay, beta1, beta2, epsilon):
    """Changes weight, first and second in place; step counts from 1."""
    # <answer>
    first *= beta1
    first += (1 - beta1) * gradient
    second *= beta2
    second += (1 - beta2) * gradient * gradient
    first_hat = first / (1 - beta1 ** step)
    second_hat = second / (1 - beta2 ** step)
    weight *= 1 - rate * decay
    weight -= rate * first_hat / (np.sqrt(second_hat) + epsilon)
    # </answer>
