"""Step by step, and the first place where two learners part.

How far two correct runs may drift apart: a rounding error made in one step
changes all later ones. A run from initial weights that were moved by a relative
1e-12 shows how much training amplifies it, A = (final difference) / 1e-12; each
of N steps adds errors of at most ROUNDINGS eps (the gradient's, which goes
through some dozens of layers, and the update's), so

    |drift| <= N * ROUNDINGS * eps * A * scale

with scale = the largest weight of the tensor plus the sum of all learning
rates, which is how far AdamW can carry a weight that begins at 0. (A key's bias
has gradient 0, of which rounding makes 1e-18: AdamW divides that by its own
size plus epsilon, 1e-8, so there the drift is made of nothing but rounding.)
test_lockstep.py measures A and holds DRIFT, the 1e-9 asked for, against it.
"""
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from ..agreement import DRIFT
from .either import gradients_of, watched_layers, weights_of
from .run import Run

__all__ = ["ROUNDINGS", "Parting", "Step", "in_lockstep"]

ROUNDINGS = 64


class Parting(NamedTuple):
    """Where two runs part: the step, and the first tensor that differs."""
    step: int
    what: str
    difference: float  # as a fraction of what is allowed

    def __str__(self):
        return (f"step {self.step}: {self.what} differs, by "
                f"{self.difference:.3g} times what is allowed")


class Step(NamedTuple):
    step: int
    losses: tuple[float, float]
    parting: Parting | None
    drift: float  # the largest difference of the weights / their scale


def in_lockstep(run: Run, one, other, steps: int,
                allowed: float = DRIFT) -> Iterator[Step]:
    """Train both, and compare after every step; ends where they part.

    Looked at in the order of computing: the outputs of the layers, the loss,
    the gradients from the output back, the norm, the weights.
    """
    travelled = 0.0
    for step in range(1, steps + 1):
        batches, rate = run.batches(step), run.learning_rate(step)
        travelled += rate
        outputs = []
        results = []
        for learner in (one, other):
            with watched_layers(learner.model) as seen:
                results.append(learner.train_step(batches, step, rate))
            outputs.append(seen)
        parting = first_difference(
            step, allowed, compared(one, other, outputs, results, travelled))
        weights = zip(weights_of(one).items(), weights_of(other).values(),
                      strict=True)
        drift = max(relative(a, b, np.abs(a).max() + travelled)
                    for (_, a), b in weights)
        yield Step(step, (results[0].loss, results[1].loss), parting, drift)
        if parting:
            return


def compared(one, other, outputs, results, travelled):
    """Yield (name, array, array, scale) in the order of computing."""
    for (path, a), (_, b) in zip(*outputs, strict=True):
        yield f"output of {path or 'the model'}", a, b, np.abs(a).max()
    losses = [np.array(result.loss) for result in results]
    yield "the loss", *losses, np.abs(losses[0])
    gradients = [
        {name: g * unclipped(learner, result) for name, g
         in gradients_of(learner).items()}
        for learner, result in zip((one, other), results, strict=True)]
    largest = max(np.abs(a).max() for a in gradients[0].values())
    for name in reversed(list(gradients[0])):
        yield (f"gradient of {name}", gradients[0][name], gradients[1][name],
               largest)
    norms = [np.array(result.grad_norm) for result in results]
    yield "the gradient's norm", *norms, np.abs(norms[0])
    weights = [weights_of(learner) for learner in (one, other)]
    for name, a in weights[0].items():
        yield (f"weight {name}", a, weights[1][name],
               np.abs(a).max() + travelled)


def unclipped(learner, result) -> float:
    """What takes clipping back: one wrong gradient changes the norm, and so
    all the others, if they are shortened."""
    limit = learner.training.clip_norm
    return max(1.0, result.grad_norm / limit) if limit else 1.0


def first_difference(step, allowed, pairs) -> Parting | None:
    for what, a, b, scale in pairs:
        if not (error := relative(a, b, scale)) <= allowed:
            return Parting(step, what, error / allowed)
    return None


def relative(a, b, scale) -> float:
    return float(np.abs(a - b).max() / max(float(scale), 1e-300))
