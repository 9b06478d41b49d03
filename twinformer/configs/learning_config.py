"""How a model learns, whatever it learns: what all training has in common."""
from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

from .checks import at_least, require
from .recipes import BETA2
from .tracker_names import tracker_names

__all__ = ["LearningConfig", "Schedule"]

Schedule = Literal["cosine", "linear", "constant", "wsd"]
Optimizer = Literal["adamw", "muon"]
DecayShape = Literal["linear", "1-sqrt"]
AdjustLrFn = Literal["match_rms_adamw", "original"]
CHOICES = {"schedule": get_args(Schedule), "optimizer": get_args(Optimizer),
           "decay_shape": get_args(DecayShape),
           "adjust_lr_fn": get_args(AdjustLrFn)}


@dataclass(frozen=True, kw_only=True)
class LearningConfig:
    """Batches, learning rates, optimizer, and how often a run is looked at.

    Attributes
    ----------
    seed
        Decides the new weights, the order of the data, the dropout.
    batch_size
        Windows of text, or examples, in one microbatch.
    accumulation
        Microbatches whose gradients make one step.
    learning_rate
        The largest learning rate, reached at the end of the warm-up.
    min_learning_rate
        The learning rate of the last step.
    schedule
        How the learning rate falls after the warm-up: all the way (cosine,
        linear), not at all (constant), or only at the end (wsd).
    decay_share
        The share of all steps, the last ones, over which wsd falls.
    decay_shape
        How wsd falls: evenly (linear), or faster at first (1-sqrt).
    optimizer
        "adamw", or "muon": the matrices inside the blocks by Muon, all else
        by AdamW.
    momentum
        Muon's memory of the gradient's mean.
    muon_rate
        Muon's learning rate, as a multiple of AdamW's.
    adjust_lr_fn
        How Muon's rate follows a matrix's shape: to steps as long as AdamW's
        (match_rms_adamw), or as in the first Muon (original), whose rates
        are about 20 times AdamW's.
    newton_schulz_steps
        Rounds in which Muon makes its steps orthogonal; fewer are cheaper.
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
        Steps between evaluations (0 = once an epoch; in pretraining only at
        the start and the end).
    checkpoint_interval
        Steps between checkpoints (0 = once an epoch; in pretraining only at
        the end).
    patience
        Evaluations without a better one before training stops (0 = never).
        Pretraining keeps its best model if this is asked for, finetuning
        always.
    log
        Trackers that are told all that metrics.jsonl is: tensorboard,
        trackio, wandb, or several with commas between them ("" = none).
    """

    SECTION: ClassVar[str] = "learning"     # what messages call the settings

    seed: int = 1234
    batch_size: int = 12
    accumulation: int = 1
    learning_rate: float = 4e-3
    min_learning_rate: float = 0.0
    schedule: Schedule = "linear"
    decay_share: float = 0.2
    decay_shape: DecayShape = "linear"
    optimizer: Optimizer = "adamw"
    momentum: float = 0.95
    muon_rate: float = 1.0
    adjust_lr_fn: AdjustLrFn = "match_rms_adamw"
    newton_schulz_steps: int = 5
    weight_decay: float = 0.1
    beta1: float = 0.9
    beta2: float = BETA2["pretraining"]
    epsilon: float = 1e-8
    clip_norm: float = 1.0
    eval_interval: int = 500
    checkpoint_interval: int = 500
    patience: int = 0
    log: str = ""

    def __post_init__(self):
        at_least(self, self.SECTION, batch_size=1, accumulation=1, seed=0,
                 learning_rate=0, min_learning_rate=0, weight_decay=0,
                 clip_norm=0, eval_interval=0, checkpoint_interval=0,
                 patience=0, muon_rate=0, newton_schulz_steps=1)
        for name in ("beta1", "beta2", "momentum"):
            self.share(name)
        tracker_names(self.log)     # or an error
        require(self.epsilon > 0, f"{self.SECTION}.epsilon must be positive, "
                f"got {self.epsilon}")
        for name, known in CHOICES.items():
            require(getattr(self, name) in known,
                    f"{self.SECTION}.{name} must be {' or '.join(known)}, "
                    f"got {getattr(self, name)!r}")
        require(0 < self.decay_share <= 1, f"{self.SECTION}.decay_share must "
                f"be above 0 and at most 1, got {self.decay_share}")
        require(self.min_learning_rate <= self.learning_rate,
                f"{self.SECTION}.min_learning_rate "
                f"({self.min_learning_rate}) is above "
                f"{self.SECTION}.learning_rate ({self.learning_rate})")

    def share(self, name: str) -> None:
        """ValueError unless the field is in [0, 1)."""
        require(0 <= getattr(self, name) < 1, f"{self.SECTION}.{name} must be "
                f"at least 0 and below 1, got {getattr(self, name)}")
