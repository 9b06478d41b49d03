"""Training both, step by step, until a loss or a weight parts.

Here too the room is measured, by training each model a few times more with
rounding errors in all that it computes. AdamW divides a gradient by its own
size: one that is nothing but rounding, such as that of a key's bias, becomes a
step as long as any other, in a direction that rounding chose. Where errors can
turn a gradient's sign, its weight may be anywhere within the way it has come.
"""
import copy
from dataclasses import dataclass

import numpy as np

from ..backend import implementation
from .comparing import compared
from .optimizers import optimizer_of
from .rounding import SAMPLES, ULPS, disturbing, moved, still
from .subject import Subject, is_torch
from .watching import watch

__all__ = ["StepParting", "first_step"]

SURE = 8                # each is a whole model with its optimizer: not as many as for a pass
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
            context, errors = disturbing(self.subject, SURE * step + self.seed)
            with context:
                loss = watch(self.subject, ids, errors=errors).loss
        if hasattr(self.optimizer, "param_groups"):     # torch.optim's
            self.optimizer.step()
            return loss
        if is_torch(self.subject.model):    # 0 where there is none: an expert that nobody chose
            implementation("torch").learning_gradients(self.subject.model)
        self.optimizer.step(self.learning_rate)
        return loss


def first_step(one: Subject, other: Subject, ids, steps: int, seed: int,
               learning_rate: float) -> StepParting | None:
    """Train both for so many steps; None where they stay together.

    The first batch is ids (B, T + 1), the later ones are its ids drawn anew.
    Where they part, both are trained up to there again, beside more that err:
    of a million weights, some hardly move in SAMPLES.
    """
    parting = parting_in(one, other, ids, steps, seed, learning_rate, SAMPLES)
    if parting is None:
        return None
    return parting_in(one, other, ids, parting.step, seed, learning_rate, SURE)


def parting_in(one: Subject, other: Subject, ids, steps: int, seed: int, learning_rate: float,
               samples: int) -> StepParting | None:
    """As ``first_step``, beside so many trainings that err."""
    sides = [Side(subject, learning_rate, samples) for subject in (one, other)]
    for step in range(1, steps + 1):
        before = sides[0].exact.subject.values()
        losses = [side.step(ids, step) for side in sides]
        parting = parted(step, losses, sides, before)
        if parting:
            return parting
        ids = np.random.default_rng([seed, step]).permuted(ids, axis=None)
    return None


class Side:
    """One model's training, those with errors, and how far each weight may be off."""

    def __init__(self, subject: Subject, learning_rate: float, samples: int):
        made = subject.model, optimizer_of(subject)
        self.exact, *self.others = [Training(subject, learning_rate, number, made)
                                    for number in (None, *range(samples))]
        start = self.exact.subject.values()
        self.travelled = {name: np.zeros_like(array) for name, array in start.items()}
        self.chance = {name: np.zeros(array.shape, bool) for name, array in start.items()}

    def step(self, ids, step: int):
        """(loss, how far rounding may move it), each (1,)"""
        before = self.exact.subject.values()
        losses = [np.array([training.step(ids, step)])
                  for training in (self.exact, *self.others)]
        for name, weight in self.exact.subject.values().items():
            self.travelled[name] += np.abs(weight - before[name])
        disturbed = [training.subject.gradients() for training in self.others]
        for name, gradient in self.exact.subject.gradients().items():
            others = [gradients[name] for gradients in disturbed]
            changed = np.any([other != gradient for other in others], 0)
            self.chance[name] |= changed & (np.abs(gradient) < ULPS * moved(gradient, others))
        return losses[0], moved(losses[0], losses[1:])

    def weights(self):
        """{name: (weight, how far rounding may have moved it)}"""
        disturbed = [training.subject.values() for training in self.others]
        found = {}
        for name, weight in self.exact.subject.values().items():
            room = moved(weight, [values[name] for values in disturbed])
            # near 0 the rounding is that of the way, not that of what is left
            way = self.travelled[name]
            found[name] = weight, room + still(way) + 2 * way * self.chance[name]
        return found


def parted(step, losses, sides, before) -> StepParting | None:
    """The first of loss and weights, in A's order, that rounding cannot explain."""
    ours, theirs = ({"the loss": loss} | side.weights() for loss, side in zip(losses, sides))
    found = []
    for name, (a, room) in ours.items():
        if name in theirs:
            b, their_room = theirs[name]
            error, difference = compared(a, b, room, their_room)
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
