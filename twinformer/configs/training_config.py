"""How a model is pretrained: steps over a stream of text, and samples."""
from dataclasses import dataclass
from typing import ClassVar

from .checks import at_least, require
from .learning_config import LearningConfig

__all__ = ["TrainingConfig"]


@dataclass(frozen=True, kw_only=True)
class TrainingConfig(LearningConfig):
    """How the model learns to go on with a text.

    Attributes
    ----------
    max_steps
        Optimizer steps in the whole run.
    warmup_steps
        Steps over which the learning rate rises from 0.
    z_loss
        Weight of the z-loss, which keeps softmax's denominator near 1
        (0 = none; 0.0001 is usual).
    qk_clip
        Heads whose largest score is above this are held back (0 = none; 100
        is usual).
    eval_batches
        Batches of each split in an evaluation (0 = the whole split).
    sample_tokens
        Tokens sampled at each evaluation (0 = no samples).
    sample_prompt
        What each sample continues; "" starts a new document. A BERT fills in
        its [MASK]; "" hides words of the validation text.
    sample_temperature
        Divides the logits; 0 always takes the likeliest token.
    sample_top_k
        Draws from the k likeliest tokens only (0 = from all).
    sample_top_p
        Draws from the likeliest tokens that hold this much probability.
    """

    SECTION: ClassVar[str] = "training"

    max_steps: int = 3500
    warmup_steps: int = 50
    z_loss: float = 0.0
    qk_clip: float = 0.0
    eval_batches: int = 30
    sample_tokens: int = 128
    sample_prompt: str = ""
    sample_temperature: float = 0.8
    sample_top_k: int = 0
    sample_top_p: float = 0.95

    def __post_init__(self):
        super().__post_init__()
        at_least(self, self.SECTION, max_steps=1, warmup_steps=0,
                 z_loss=0, qk_clip=0, eval_batches=0, sample_tokens=0, sample_top_k=0,
                 sample_temperature=0)
        require(0 < self.sample_top_p <= 1, "training.sample_top_p must be "
                f"above 0 and at most 1, got {self.sample_top_p}")
