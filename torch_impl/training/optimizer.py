"""Optimizers: how a gradient becomes a step of the weights.

A model's optimizer holds one tensor a parameter and moment, by the parameter's
name; frozen parameters have none. All rules work element by element, in place.
"""
import functools
import math

import torch

from ..layers.fused import fused

__all__ = ["SGD", "AdamW", "decays", "learning_parameters"]


def decays(name: str, parameter) -> bool:
    """Whether weight decay applies: to matrices, not to biases and norms.

    Decay limits the products of weights and features; an offset or a norm's
    scale multiplies nothing that could be made smaller elsewhere.
    """
    return parameter.ndim >= 2


def learning_parameters(model):
    """[(name, tensor)] of the parameters that are not frozen."""
    return [(name, parameter) for name, parameter
            in model.named_parameters() if parameter.requires_grad]


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
        self.velocity = {name: torch.zeros_like(parameter) for name, parameter
                         in learning_parameters(model)}

    @torch.no_grad()
    def step(self, learning_rate: float) -> None:
        """Move every parameter once, down its gradient."""
        for name, parameter in learning_parameters(self.model):
            decay = self.weight_decay * decays(name, parameter)
            velocity = self.velocity[name]
            velocity *= self.momentum
            velocity += parameter.grad + decay * parameter
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
        self.first = {name: torch.zeros_like(parameter) for name, parameter
                      in learning_parameters(model)}
        self.second = {name: torch.zeros_like(parameter) for name, parameter
                       in learning_parameters(model)}

    @torch.no_grad()
    def step(self, learning_rate: float) -> None:
        """Move every parameter once."""
        self.steps += 1
        if fused():
            for group in self.library.param_groups:
                group["lr"] = learning_rate
            self.library.step()
            return
        for name, parameter in learning_parameters(self.model):
            decay = self.weight_decay * decays(name, parameter)
            adamw(parameter, parameter.grad, self.first[name],
                  self.second[name], self.steps, learning_rate, decay,
                  self.beta1, self.beta2, self.epsilon)

    @torch.no_grad()
    def restore(self, steps: int, first, second) -> None:
        """Go on from the moments {name: array} after that many steps."""
        self.steps = steps
        for own, given in ((self.first, first), (self.second, second)):
            for name, tensor in own.items():
                tensor.copy_(torch.from_numpy(given[name]))
        self.__dict__.pop("library", None)  # it has counted other steps

    @functools.cached_property
    def library(self):
        """torch's fused AdamW, at work on the moments of this one."""
        groups = {True: [], False: []}
        for name, parameter in learning_parameters(self.model):
            groups[decays(name, parameter)].append(parameter)
        optimizer = torch.optim.AdamW(
            [{"params": groups[True], "weight_decay": self.weight_decay},
             {"params": groups[False], "weight_decay": 0.0}],
            betas=(self.beta1, self.beta2), eps=self.epsilon, fused=True)
        for name, parameter in learning_parameters(self.model):
            optimizer.state[parameter] = {
                "step": torch.tensor(float(self.steps - 1),
                                     device=parameter.device),
                "exp_avg": self.first[name],
                "exp_avg_sq": self.second[name]}
        return optimizer


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
    root = torch.sqrt(second) / math.sqrt(unbias2)
    parameter -= learning_rate / unbias1 * first / (root + epsilon)
