"""Optimizers: how a gradient becomes a step of the weights.

A model's optimizer holds one array a parameter and moment, by the parameter's
name; frozen parameters have none. All rules work element by element, in place.
"""
import math

import numpy as np

from ..layers.parallel import over_rows

__all__ = ["SGD", "AdamW", "decays", "learning_parameters"]


def decays(name: str, parameter) -> bool:
    """Whether weight decay applies: to matrices, not to biases and norms.

    Decay limits the products of weights and features; an offset or a norm's
    scale multiplies nothing that could be made smaller elsewhere.
    """
    return parameter.ndim >= 2


def learning_parameters(model):
    """[(name, array, gradient)] of the parameters that are not frozen."""
    parameters = model.state_dict()
    return [(name, parameters[name], gradient)
            for name, gradient in model.named_gradients()]


class SGD:
    """velocity = momentum * velocity + gradient,  weight -= rate * velocity

    Sutskever et al. 2013 (ICML), in torch's form; weight_decay adds the
    weight itself to the gradient first (L2 regularisation).
    """

    def __init__(self, model, momentum: float = 0.0,
                 weight_decay: float = 0.0):
        self.model = model
        self.momentum = momentum
        self.weight_decay = weight_decay
        self.velocity = {name: np.zeros_like(parameter) for name, parameter, _
                         in learning_parameters(model)}

    def step(self, learning_rate: float) -> None:
        """Move every parameter once, down its gradient."""
        for name, parameter, gradient in learning_parameters(self.model):
            decay = self.weight_decay * decays(name, parameter)
            velocity = self.velocity[name]
            velocity *= self.momentum
            velocity += gradient + decay * parameter
            parameter -= learning_rate * velocity


class AdamW:
    """Adam with decoupled weight decay: a step for each weight of about the
    learning rate, however large or small its gradients are.

        first  = b1 first  + (1 - b1) g        mean of recent gradients
        second = b2 second + (1 - b2) g^2      mean of their squares
        weight -= rate * decay * weight
        weight -= rate * first' / (sqrt(second') + epsilon)

    with first' = first / (1 - b1^t) and second' = second / (1 - b2^t), for
    both means began at 0. Loshchilov and Hutter 2019 (arXiv:1711.05101),
    algorithm 2, with the decay scaled by the rate as in torch.
    """

    def __init__(self, model, beta1: float = 0.9, beta2: float = 0.95,
                 epsilon: float = 1e-8, weight_decay: float = 0.1):
        self.model = model
        self.beta1, self.beta2 = beta1, beta2
        self.epsilon = epsilon
        self.weight_decay = weight_decay
        self.steps = 0
        self.first = {name: np.zeros_like(parameter) for name, parameter, _
                      in learning_parameters(model)}
        self.second = {name: np.zeros_like(parameter) for name, parameter, _
                       in learning_parameters(model)}

    def step(self, learning_rate: float) -> None:
        """Move every parameter once."""
        self.steps += 1
        for name, parameter, gradient in learning_parameters(self.model):
            decay = self.weight_decay * decays(name, parameter)
            adamw(parameter, gradient, self.first[name], self.second[name],
                  self.steps, learning_rate, decay,
                  self.beta1, self.beta2, self.epsilon)

    def restore(self, steps: int, first, second) -> None:
        """Go on from the moments {name: array} after that many steps."""
        self.steps = steps
        for own, given in ((self.first, first), (self.second, second)):
            for name, array in own.items():
                array[...] = given[name]


@over_rows(4)
def adamw(parameter, gradient, first, second, steps, learning_rate, decay,
          beta1, beta2, epsilon):
    """One step of AdamW for one parameter, in place."""
    unbias1 = 1 - beta1 ** steps
    unbias2 = 1 - beta2 ** steps
    first *= beta1
    first += (1 - beta1) * gradient
    second *= beta2
    second += (1 - beta2) * gradient * gradient
    parameter *= 1 - learning_rate * decay
    root = np.sqrt(second) / math.sqrt(unbias2)
    parameter -= learning_rate / unbias1 * first / (root + epsilon)
    return ()
