"""Muon: momentum, orthogonalised. Hidden matrices move by the same amount in
every direction of their spaces; all other parameters by AdamW.

A gradient is dominated by a few directions in which a batch agrees. Those
that are rare and weak may matter as much: so they learn at the same rate.
"""
import math

import torch

from ..layers.whole_tensors import fill, whole
from .newton_schulz import STEPS, newton_schulz
from .optimizer import AdamW, learning_parameters

__all__ = ["Muon", "in_blocks", "matrices_of", "rate_factor"]


def in_blocks(name: str, parameter) -> bool:
    """Whether Muon moves it: the matrices inside the blocks.

    They map hidden vectors to hidden vectors. A row of an embedding, or of the
    head, belongs to one token, which a batch may not even contain: such rows
    are not to move alike. Neither is a bias, a scale or a sink a map.
    """
    return parameter.ndim >= 2 and "blocks" in name.split(".")


def matrices_of(name: str, parameter):
    """A parameter as the maps that it is: (3, D, D) for q, k, v in one.

    GPT-2 keeps three maps in one Linear, to multiply once. As a whole they
    would share one set of directions; each has its own, as it has in models
    with three Linears. Experts kept in one array (E, F, D) are E maps, too.
    """
    if name.endswith("qkv.weight"):
        return parameter.reshape(3, -1, parameter.shape[-1])
    return parameter


def rate_factor(shape, adjust: str) -> float:
    """How the learning rate follows a map's shape (..., R, C).

        original         sqrt(max(1, R / C))      Jordan et al. 2024
        match_rms_adamw  0.2 sqrt(max(R, C))      Liu et al. 2025, eq. 4

    An orthogonal (R, C) has entries of root mean square 1 / sqrt(max(R, C)).
    The second makes that 0.2, as AdamW's steps have (arXiv:2502.16982): so one
    learning rate, and one weight decay, suits both. The names are torch's.

    Raises
    ------
    ValueError
        If there is no such rule.
    """
    rows, columns = shape[-2:]
    if adjust == "original":
        return math.sqrt(max(1, rows / columns))
    if adjust == "match_rms_adamw":
        return 0.2 * math.sqrt(max(rows, columns))
    raise ValueError(f"adjust_lr_fn must be match_rms_adamw or original, got "
                     f"{adjust!r}")


class Muon:
    """Every singular value of a matrix's step is about the same.

        first  = m first + (1 - m) g           mean of recent gradients
        ahead  = m first + (1 - m) g           Nesterov: one step further
        weight -= rate * decay * weight
        weight -= rate * factor(R, C) * newton_schulz(ahead)

    Jordan et al. 2024 (kellerjordan.github.io/posts/muon), with the decay and
    the factor of Liu et al. 2025 (arXiv:2502.16982), as torch.optim.Muon. The
    length of a gradient has no influence at all, on its matrix.

    Parameters
    ----------
    adamw : options of AdamW
        {"beta1": ..., "beta2": ..., "epsilon": ...}, for all the rest
    momentum : float
    weight_decay : float
        Of all matrices, those that AdamW moves as well.
    rate : float
        Muon's learning rate as a multiple of AdamW's.
    adjust_lr_fn : {"match_rms_adamw", "original"}
    rounds : int
        Of Newton-Schulz; fewer are cheaper, and less even.
    nesterov : bool

    first : {name: tensor}, Muon's momentum and AdamW's first moments
    second : {name: tensor}, of AdamW's alone
    """

    def __init__(self, model, adamw, momentum: float = 0.95,
                 weight_decay: float = 0.1, rate: float = 1.0,
                 adjust_lr_fn: str = "match_rms_adamw", rounds: int = STEPS,
                 nesterov: bool = True):
        rate_factor((1, 1), adjust_lr_fn)  # ValueError: before any step
        self.model = model
        self.momentum, self.nesterov, self.rounds = momentum, nesterov, rounds
        self.weight_decay = weight_decay
        self.rate, self.adjust_lr_fn = rate, adjust_lr_fn
        self.adamw = AdamW(model, **adamw, weight_decay=weight_decay,
                           only=lambda name, a: not in_blocks(name, a))
        self.second = self.adamw.second
        self.first = {
            name: torch.zeros_like(parameter) if in_blocks(name, parameter)
            else self.adamw.first[name]
            for name, parameter, _ in learning_parameters(model)}

    @property
    def steps(self) -> int:
        """How many steps have been taken."""
        return self.adamw.steps

    @steps.setter
    def steps(self, steps: int) -> None:
        self.adamw.steps = steps

    @torch.no_grad()
    def step(self, learning_rate: float) -> None:
        """Move every parameter once."""
        self.adamw.step(learning_rate)
        for name, parameter, gradient in learning_parameters(
                self.model, in_blocks):
            own = parameter, gradient, self.first[name]
            all_of = [whole(array) for array in own]  # of ranks' parts
            weight, slope, first = (matrices_of(name, a) for a in all_of)
            muon(weight, slope, first, self.rate * learning_rate,
                 self.weight_decay, self.momentum, self.adjust_lr_fn,
                 self.rounds, self.nesterov)
            for part, array in zip(own, all_of, strict=True):
                if part is not array:
                    fill(part, array)

    def restore(self, steps: int, first, second) -> None:
        """Go on from the moments {name: array} after that many steps."""
        self.adamw.restore(steps, first, second)
        for name, moment in self.first.items():
            fill(moment, torch.from_numpy(first[name]))


def muon(parameter, gradient, first, learning_rate, decay, momentum,
         adjust_lr_fn, rounds, nesterov):
    """One step of Muon for one parameter (..., R, C), in place."""
    first *= momentum
    first += (1 - momentum) * gradient
    ahead = first
    if nesterov:
        ahead = momentum * first + (1 - momentum) * gradient
    factor = rate_factor(parameter.shape, adjust_lr_fn)
    parameter *= 1 - learning_rate * decay
    step = newton_schulz(ahead, rounds)                    # (..., R, C)
    parameter -= learning_rate * factor * step
