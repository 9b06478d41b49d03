"""How a model is finetuned: one frozen object for all tasks."""
from dataclasses import dataclass
from typing import ClassVar

from .checks import at_least
from .learning_config import LearningConfig, Schedule
from .recipes import BETA2

__all__ = ["FinetuningConfig"]


@dataclass(frozen=True, kw_only=True)
class FinetuningConfig(LearningConfig):
    """How the model learns its task, in epochs over the examples.

    The defaults are the book's for GPT-2: small steps from weights that know
    much already.

    Attributes
    ----------
    epochs
        How often every example is seen.
    drop_last
        Leave out the examples of an epoch that do not fill a microbatch;
        another epoch leaves out others. Fewer examples than one microbatch
        are one all the same.
    group_by_length
        Put examples of like length together: less padding, faster.
    warmup
        Share of all steps over which the learning rate rises from 0.
    """

    SECTION: ClassVar[str] = "finetuning"

    epochs: int = 5
    drop_last: bool = True
    group_by_length: bool = False
    warmup: float = 0.0

    seed: int = 123
    batch_size: int = 8
    learning_rate: float = 5e-5
    schedule: Schedule = "constant"
    beta2: float = BETA2["finetuning"]
    clip_norm: float = 0.0
    eval_interval: int = 0
    checkpoint_interval: int = 0

    def __post_init__(self):
        super().__post_init__()
        at_least(self, self.SECTION, epochs=1)
        self.share("warmup")
