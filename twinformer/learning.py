"""What a training step says: how it went, or that it went wrong."""
from typing import NamedTuple

__all__ = ["NonFiniteError", "StepResult", "check_moments"]


class StepResult(NamedTuple):
    loss: float       # mean over all that counts, before the step
    grad_norm: float  # length of the whole gradient, before clipping


class NonFiniteError(FloatingPointError):
    """The loss or a gradient is not finite; no weight has been touched."""

    def __init__(self, step: int, loss: float, where: str):
        super().__init__(
            f"step {step}: the loss is {loss} and {where} is the first that "
            f"is not finite; the weights are as before this step. A lower "
            f"learning rate, a longer warm-up or clipping may help")
        self.step, self.loss, self.where = step, loss, where


def check_moments(expected, given) -> None:
    """ValueError where the second moments {name: array} of a state are not those that an optimizer
    has: they are of another one, or other parameters learned."""
    differing = sorted(set(expected) ^ set(given))
    if differing:
        raise ValueError(
            f"the state is one of another optimizer, or of other parameters that learn: expected "
            f"second moments of {len(expected)} parameters, got {len(given)}, and "
            f"{differing[0]} is in one of them alone; leave --optimizer as the run has it, or "
            "start a new run")
