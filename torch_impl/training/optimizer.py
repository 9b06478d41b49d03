"""Optimizers: how a gradient becomes a step of the weights.

A model's optimizer holds moments, by the name of the parameter whose shape
they have; frozen parameters have none. All rules work element by element, in
place.
"""
import functools

import torch

from twinformer.learning import check_moments

from ..layers.whole_tensors import fill
from ..layers.fused import fused
from .fused_adamw import FusedAdamW

__all__ = ["SGD", "AdamW", "decays", "learning_gradients",
           "learning_parameters"]


def decays(name: str, parameter) -> bool:
    """Whether weight decay applies: to matrices, not to biases and norms.

    Decay pulls towards 0, where a matrix reacts least to its input. A bias
    reacts to no input at all; a norm's scale is neutral at 1, not at 0, where
    it would silence its layer. Both are too few numbers to learn by heart.
    """
    return parameter.ndim >= 2


def learning_parameters(model, only=None):
    """[(name, tensor, gradient)] of the parameters that are not frozen.

    only : (name, parameter) -> whether it is wanted; None = all
    """
    found = [(name, parameter, parameter.grad) for name, parameter
             in model.named_parameters() if parameter.requires_grad]
    return [entry for entry in found if only is None or only(*entry[:2])]


def learning_gradients(model):
    """Their gradients, in the same order; 0 for what no path led to, such as
    an expert that no token chose, of which autograd makes none."""
    for _, parameter, gradient in learning_parameters(model):
        if gradient is None:
            parameter.grad = torch.zeros_like(parameter)
    return [gradient for _, _, gradient in learning_parameters(model)]


def zeros(model, only=None):
    """{name: zeros of the parameter's shape}: moments before the first step"""
    return {name: torch.zeros_like(parameter) for name, parameter, _
            in learning_parameters(model, only)}


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
        self.velocity = zeros(model)

    @torch.no_grad()
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

    steps : t, how many steps have been taken; nothing else counts them
    only : (name, parameter) -> whether it is moved; None = all
    """

    def __init__(self, model, beta1: float, beta2: float, epsilon: float,
                 weight_decay: float, only=None):
        self.model = model
        self.beta1, self.beta2 = beta1, beta2
        self.epsilon = epsilon
        self.weight_decay = weight_decay
        self.steps = 0
        self.only = only
        self.first, self.second = zeros(model, only), zeros(model, only)

    @torch.no_grad()
    def step(self, learning_rate: float) -> None:
        """Move every parameter once."""
        self.steps += 1
        if fused() and self.first:
            return self.library.step(learning_rate)
        for name, parameter, gradient in learning_parameters(
                self.model, self.only):
            decay = self.decay(name, parameter)
            adamw(parameter, gradient, self.first[name], self.second[name],
                  self.steps, learning_rate, decay, self.beta1, self.beta2,
                  self.epsilon)

    def decay(self, name: str, parameter) -> float:
        """How much of itself a parameter loses, times the learning rate."""
        return self.weight_decay * decays(name, parameter)

    def restore(self, steps: int, first, second) -> None:
        """Go on from the moments {name: array} after that many steps.

        Raises
        ------
        ValueError
            If they are another optimizer's.
        """
        check_moments(self.second, second)
        self.steps = steps
        for own, given in ((self.first, first), (self.second, second)):
            for name, moment in own.items():
                fill(moment, torch.from_numpy(given[name]))

    @functools.cached_property
    def library(self):
        return FusedAdamW(self)


def adamw(parameter, gradient, first, second, steps, learning_rate, decay,
          beta1, beta2, epsilon):
    """One step of AdamW for one parameter, in place."""
    first *= beta1
    first += (1 - beta1) * gradient
    second *= beta2
    second += (1 - beta2) * gradient * gradient
    first_hat = first / (1 - beta1 ** steps)    # as if it had not begun at 0
    second_hat = second / (1 - beta2 ** steps)
    parameter *= 1 - learning_rate * decay
    parameter -= learning_rate * first_hat / (torch.sqrt(second_hat) + epsilon)
