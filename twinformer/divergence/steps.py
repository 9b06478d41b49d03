"""Training both, step by step, until a loss or a weight parts.

AdamW makes of a gradient near 0 whatever rounding made of its sign, so that no
tolerance is right for every weight: here too the room is measured, by training
each model once more with rounding errors in all that it computes.
"""
import copy
from dataclasses import dataclass

import numpy as np

from ..backend import implementation
from .comparing import compared
from .rounding import SAMPLES, disturbing, moved
from .subject import Subject, is_torch
from .watching import watch

__all__ = ["StepParting", "first_step"]

PROPORTIONAL = 1e-3     # how evenly a difference follows the weight itself


@dataclass
class StepParting:
    """Where two trainings part: the step (from 1), and the first tensor.

    error is in units of what rounding explains; others are the tensors that
    part in the same step; cause is a sentence or "".
    """

    step: int
    what: str
    error: float
    difference: float
    others: list[str]
    cause: str = ""


class Training:
    """A model and its optimizer; a copy of both where it shall err."""

    def __init__(self, subject: Subject, learning_rate: float, seed: int | None = None,
                 model_and_optimizer=None):
        model, self.optimizer = copy.deepcopy(model_and_optimizer)
        self.subject = Subject(subject.name, model)
        self.learning_rate = learning_rate
        self.seed = seed

    def step(self, ids, step: int) -> float:
        """The loss before the step."""
        if self.seed is None:
            loss = watch(self.subject, ids).loss
        else:
            context, errors = disturbing(self.subject, SAMPLES * step + self.seed)
            with context:
                loss = watch(self.subject, ids, errors=errors).loss
        if hasattr(self.optimizer, "param_groups"):     # torch.optim's
            self.optimizer.step()
        else:
            self.optimizer.step(self.learning_rate)
        return loss


def first_step(one: Subject, other: Subject, ids, steps: int, seed: int,
               learning_rate: float) -> StepParting | None:
    """Train both for so many steps; None where they stay together.

    The first batch is ids (B, T + 1), the later ones are its ids drawn anew.
    """
    trainings = []
    for subject in (one, other):
        made = subject.model, (subject.optimizer or our_adamw)(subject.model)
        trainings.append([Training(subject, learning_rate, number, made)
                          for number in (None, *range(SAMPLES))])
    for step in range(1, steps + 1):
        before = trainings[0][0].subject.values()
        losses = [[training.step(ids, step) for training in group] for group in trainings]
        values = [[training.subject.values() for training in group] for group in trainings]
        parting = parted(step, losses, values, before)
        if parting:
            return parting
        ids = np.random.default_rng([seed, step]).permuted(ids, axis=None)
    return None


def parted(step, losses, values, before) -> StepParting | None:
    """The first of loss and weights, in A's order, that rounding cannot explain."""
    tables = [[{"the loss": np.array(loss)} | table for loss, table in zip(*group)]
              for group in zip(losses, values)]
    found = []
    for name, a in tables[0][0].items():
        b = tables[1][0].get(name)
        if b is None:
            continue
        room = [moved(group[0][name], [table[name] for table in group[1:]]) for group in tables]
        error, difference = compared(a, b, *room)
        if not error <= 1:
            found.append((name, error, difference, a, b))
    if not found:
        return None
    name, error, difference, a, b = found[0]
    cause = "" if name == "the loss" else decay(a, b, before[name])
    return StepParting(step, name, error, difference, [each[0] for each in found[1:]], cause)


def decay(a, b, before) -> str:
    """Whether one side has shortened the weight by a share of itself."""
    apart, size = (a - b.reshape(a.shape)).ravel(), float((before * before).sum())
    if not size:
        return ""
    share = float(apart @ before.ravel()) / size
    if np.abs(apart - share * before.ravel()).max() > PROPORTIONAL * np.abs(apart).max():
        return ""
    side = "B" if share > 0 else "A"
    return (f"the difference is {abs(share):.3g} of the weight itself: {side} decays it, or "
            "decays it more")


def our_adamw(model):
    """The optimizer of this project's runs, with their settings."""
    from ..configs.training_config import TrainingConfig

    recipe = TrainingConfig()
    package = implementation("torch" if is_torch(model) else "numpy")
    return package.AdamW(model, recipe.beta1, recipe.beta2, recipe.epsilon, recipe.weight_decay)
