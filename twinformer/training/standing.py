"""Where a run is: all of its state that the learner has not."""
import math
from dataclasses import dataclass, field
from typing import Any

from ..runs.checkpoint_files import Checkpoint

__all__ = ["Standing"]


@dataclass
class Standing:
    """It goes into each checkpoint, and is taken from it again.

    Attributes
    ----------
    step : int
        Optimizer steps that are done.
    data : dict
        The state of the task's data after them.
    best : float or None
        The lowest score of all evaluations.
    waited : int
        Evaluations since that one.
    """

    step: int = 0
    data: dict[str, Any] = field(default_factory=dict)
    best: float | None = None
    waited: int = 0

    @classmethod
    def of(cls, start: Checkpoint) -> "Standing":
        return cls(start.step, start.data, start.best, start.waited)

    def is_best(self, score: float) -> bool:
        """Whether no score was so low; the next ones are compared with it."""
        better = score < (math.inf if self.best is None else self.best)
        if better:
            self.best = score
        self.waited = 0 if better else self.waited + 1
        return better
