"""The learning rate of every step: a warm-up from 0, then a descent.

The first gradients of a random model are large and AdamW's moments are
still empty, so the learning rate rises over the first steps; it falls
towards the end so that the weights settle.
"""
import math

from ..configs.learning_config import LearningConfig

__all__ = ["learning_rate_at", "learning_rate_of"]

SCHEDULES = ("cosine", "linear", "constant", "wsd")


def learning_rate_at(
    step: int,
    *,
    warmup_steps: int,
    max_steps: int,
    learning_rate: float,
    min_learning_rate: float = 0.0,
    schedule: str = "cosine",
    decay_share: float = 1.0,
    decay_shape: str = "linear",
) -> float:
    """The learning rate of one step.

        step <  warmup_steps   learning_rate * step / warmup_steps
        step >= max_steps      min_learning_rate
        between                min + fall * (learning_rate - min)

    with progress = (step - start) / (max_steps - start), at least 0, and

        cosine    fall = (1 + cos(pi * progress)) / 2
        linear    fall = 1 - progress
        constant  fall = 1
        wsd       fall = 1 - progress, or 1 - sqrt(progress)

    where the descent starts with the last step of the warm-up; that of wsd
    (warm-up, stable, decay) only when decay_share of all steps is left. Up to
    there a run need not know how long it will be. A constant schedule stays
    at ``learning_rate`` after ``max_steps`` too.

    Loshchilov and Hutter 2017 (arXiv:1608.03983), eq. 5, with one cycle; Hu
    et al. 2024 (arXiv:2404.06395), section 4; Hägele et al. 2024
    (arXiv:2405.18392), eq. 1 and its 1 - sqrt.

    Parameters
    ----------
    step : int
        From 0. The trainer counts its steps from 1, so that no step is
        taken at a learning rate of 0.
    warmup_steps, max_steps : int
        The last step of the warm-up and of the descent.
    learning_rate, min_learning_rate : float
        Where the descent starts and ends.
    schedule : {"cosine", "linear", "constant", "wsd"}
        The shape of the descent.
    decay_share : float
        Of wsd: the share of max_steps in which the rate falls, if the warm-up
        leaves as many.
    decay_shape : {"linear", "1-sqrt"}
        Of wsd: how it falls.

    Raises
    ------
    ValueError
        For a negative step and for an unknown schedule or shape.
    """
    if step < 0:
        raise ValueError(f"a step must not be negative, got {step}")
    if schedule not in SCHEDULES:
        raise ValueError("schedule must be cosine, linear, constant or wsd, "
                         f"got {schedule!r}")
    if decay_shape not in ("linear", "1-sqrt"):
        raise ValueError("decay_shape must be linear or 1-sqrt, "
                         f"got {decay_shape!r}")
    if step < warmup_steps:
        return learning_rate * step / warmup_steps
    if schedule == "constant":
        return learning_rate
    if step >= max_steps:
        return min_learning_rate

    start = float(warmup_steps)
    if schedule == "wsd":
        start = max(start, (1 - decay_share) * max_steps)
    progress = max(0.0, (step - start) / (max_steps - start))
    if schedule == "cosine":
        fall = (1 + math.cos(math.pi * progress)) / 2
    elif schedule == "wsd" and decay_shape == "1-sqrt":
        fall = 1 - math.sqrt(progress)
    else:
        fall = 1 - progress
    return min_learning_rate + fall * (learning_rate - min_learning_rate)


def learning_rate_of(
    training: LearningConfig, step: int, *, warmup_steps: int, max_steps: int
) -> float:
    """The learning rate of one step of a training, as its settings say.

    Parameters and errors as of learning_rate_at.
    """
    return learning_rate_at(
        step, warmup_steps=warmup_steps, max_steps=max_steps,
        learning_rate=training.learning_rate,
        min_learning_rate=training.min_learning_rate,
        schedule=training.schedule, decay_share=training.decay_share,
        decay_shape=training.decay_shape)
