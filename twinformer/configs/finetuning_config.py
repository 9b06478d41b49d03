"""How a model is finetuned: one frozen object for all tasks."""
from dataclasses import dataclass
from typing import Literal

__all__ = ["FinetuningConfig"]


@dataclass(frozen=True, kw_only=True)
class FinetuningConfig:
    """How the model learns its task.

    Attributes
    ----------
    seed
        Decides the order of the examples, the dropout, new weights.
    epochs
        How often every example is seen.
    batch_size
        Examples in one microbatch.
    accumulation
        Microbatches whose gradients make one step.
    drop_last
        Leave out the examples of an epoch that do not fill a microbatch;
        another epoch leaves out others. Fewer examples than one microbatch
        are one all the same.
    group_by_length
        Put examples of like length together: less padding, faster.
    learning_rate
        The largest learning rate, reached at the end of the warm-up.
    min_learning_rate
        The learning rate of the last step.
    warmup
        Share of all steps over which the learning rate rises from 0.
    schedule
        How the learning rate falls after the warm-up.
    weight_decay
        Decoupled decay of the weight matrices.
    beta1
        AdamW's memory of the gradient's mean.
    beta2
        AdamW's memory of the gradient's square.
    epsilon
        Added to AdamW's denominator.
    clip_norm
        Longer gradients are shortened to this norm (0 = never).
    eval_interval
        Steps between evaluations (0 = once an epoch).
    checkpoint_interval
        Steps between checkpoints (0 = once an epoch).
    patience
        Evaluations without a better one before training stops (0 = never).
    """

    seed: int = 123
    epochs: int = 5
    batch_size: int = 8
    accumulation: int = 1
    drop_last: bool = True
    group_by_length: bool = False
    learning_rate: float = 5e-5
    min_learning_rate: float = 0.0
    warmup: float = 0.0
    schedule: Literal["constant", "cosine", "linear"] = "constant"
    weight_decay: float = 0.1
    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    clip_norm: float = 0.0
    eval_interval: int = 0
    checkpoint_interval: int = 0
    patience: int = 0

    def __post_init__(self):
        least = {"epochs": 1, "batch_size": 1, "accumulation": 1, "seed": 0,
                 "learning_rate": 0, "min_learning_rate": 0,
                 "weight_decay": 0, "clip_norm": 0, "eval_interval": 0,
                 "checkpoint_interval": 0, "patience": 0}
        for name, value in least.items():
            require(getattr(self, name) >= value, f"finetuning.{name} must be "
                    f"at least {value}, got {getattr(self, name)}")
        for name in ("beta1", "beta2", "warmup"):
            require(0 <= getattr(self, name) < 1, f"finetuning.{name} must be "
                    f"at least 0 and below 1, got {getattr(self, name)}")
        require(self.epsilon > 0, "finetuning.epsilon must be positive, "
                f"got {self.epsilon}")
        require(self.schedule in ("constant", "cosine", "linear"),
                "finetuning.schedule must be constant, cosine or linear, "
                f"got {self.schedule!r}")


def require(condition: bool, message: str) -> None:
    if not condition:
        raise ValueError(message)
