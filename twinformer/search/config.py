"""How a search goes: SearchConfig."""
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["SearchConfig"]


@dataclass(frozen=True, kw_only=True)
class SearchConfig:
    """A search for hyperparameters.

    Attributes
    ----------
    space
        What is varied: a YAML file of settings and their ranges, or
        SETTING=RANGE; RANGE is LOW:HIGH, LOW:HIGH:STEP, log:LOW:HIGH or
        values, A,B,C. Left out, the learning rate and what goes with it.
    trials
        How many there are in all, those of earlier calls and of other
        processes included.
    metric
        What decides, of the measures in metrics.jsonl; an accuracy is to
        be high, all others low. Left out, the validation loss.
    pruner
        Who gives a trial up early: "median", where it is worse than half of
        the others were at that evaluation; "halving", all but the better
        half at the 1st, 2nd, 4th, ...; "none".
    sampler
        Who chooses: "tpe" learns from the trials before, "random" does not.
    sampler_seed
        Decides, with the results so far, what is chosen.
    """

    space: list[str] = field(default_factory=list)
    trials: int = 20
    metric: str = ""
    pruner: Literal["median", "halving", "none"] = "median"
    sampler: Literal["tpe", "random"] = "tpe"
    sampler_seed: int = 0

    def __post_init__(self):
        if self.trials < 1:
            raise ValueError(f"search.trials must be at least 1, got {self.trials}")
        if self.sampler_seed < 0:
            raise ValueError("search.sampler_seed must not be negative, got "
                             f"{self.sampler_seed}")
