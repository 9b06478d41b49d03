"""The learning rate of every step: a warm-up from 0, then a slow descent.

The first gradients of a random model are large and AdamW's moments are
still empty, so the learning rate rises over the first steps; it falls
towards the end so that the weights settle.
"""
import math

__all__ = ["learning_rate_at"]


def learning_rate_at(
    step: int,
    *,
    warmup_steps: int,
    max_steps: int,
    learning_rate: float,
    min_learning_rate: float = 0.0,
    schedule: str = "cosine",
) -> float:
    """The learning rate of one step.

        step <  warmup_steps   learning_rate * step / warmup_steps
        step >= max_steps      min_learning_rate
        between                min + fall * (learning_rate - min)

    with progress = (step - warmup_steps) / (max_steps - warmup_steps) and

        cosine    fall = (1 + cos(pi * progress)) / 2
        linear    fall = 1 - progress
        constant  fall = 1

    Loshchilov and Hutter 2017 (arXiv:1608.03983), eq. 5, with one cycle.
    A constant schedule stays at ``learning_rate`` after ``max_steps`` too.

    Parameters
    ----------
    step : int
        From 0. The trainer counts its steps from 1, so that no step is
        taken at a learning rate of 0.
    warmup_steps, max_steps : int
        The last step of the warm-up and of the descent.
    learning_rate, min_learning_rate : float
        Where the descent starts and ends.
    schedule : {"cosine", "linear", "constant"}
        The shape of the descent.

    Raises
    ------
    ValueError
        For a negative step and for an unknown schedule.
    """
    if step < 0:
        raise ValueError(f"a step must not be negative, got {step}")
    if schedule not in ("cosine", "linear", "constant"):
        raise ValueError("schedule must be cosine, linear or constant, "
                         f"got {schedule!r}")
    if step < warmup_steps:
        return learning_rate * step / warmup_steps
    if schedule == "constant":
        return learning_rate
    if step >= max_steps:
        return min_learning_rate

    progress = (step - warmup_steps) / (max_steps - warmup_steps)
    if schedule == "cosine":
        fall = (1 + math.cos(math.pi * progress)) / 2
    else:
        fall = 1 - progress
    return min_learning_rate + fall * (learning_rate - min_learning_rate)
