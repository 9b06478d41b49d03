"""Which optimizer a training's settings ask for."""
from typing import Any

from twinformer.ranks import current_ranks

from .muon import Muon
from .optimizer import AdamW

__all__ = ["optimizer_of"]


def optimizer_of(model, training, objective) -> Any:
    """What moves the parameters that learn in a model.

    training : LearningConfig
        Its fields optimizer, beta1, beta2, epsilon, weight_decay and, for
        Muon, momentum, muon_rate, adjust_lr_fn and newton_schulz_steps.
    objective
        Its qk_clip, where it has one, takes its step after each of the
        optimizer's.

    Raises
    ------
    ValueError
        If scores are to be clipped that norms of queries and keys bound, or
        whose heads are on several ranks.
    """
    adamw = {"beta1": training.beta1, "beta2": training.beta2,
             "epsilon": training.epsilon}
    optimizer: Any
    if training.optimizer == "muon":
        optimizer = Muon(model, adamw, training.momentum,
                         training.weight_decay, training.muon_rate,
                         training.adjust_lr_fn, training.newton_schulz_steps)
    else:
        optimizer = AdamW(model, **adamw, weight_decay=training.weight_decay)
    qk_clip = getattr(objective, "qk_clip", None)
    if qk_clip is None:
        return optimizer
    check_no_norms(model)
    ranks = current_ranks()
    if ranks.data_size < ranks.size:
        raise ValueError("training.qk_clip needs every head of a layer on "
                         "each rank: leave out device.tensor_parallel, or "
                         "qk_clip")
    return Clipped(optimizer, qk_clip)


class Clipped:
    """An optimizer, after each of whose steps heads are clipped."""

    def __init__(self, optimizer, qk_clip):
        self.optimizer, self.qk_clip = optimizer, qk_clip
        self.first, self.second = optimizer.first, optimizer.second
        self.restore = optimizer.restore

    @property
    def steps(self) -> int:
        """How many steps have been taken."""
        return self.optimizer.steps

    @steps.setter
    def steps(self, steps: int) -> None:
        self.optimizer.steps = steps

    def step(self, learning_rate: float) -> None:
        """Move every parameter once; then hold back large scores."""
        self.optimizer.step(learning_rate)
        self.qk_clip.step()


def check_no_norms(model):
    for name, module in model.named_modules():
        if getattr(module, "q_norm", None) is not None:
            raise ValueError(
                f"training.qk_clip cannot hold back the scores of {name}: its "
                f"norms of queries and keys undo what weights do, and bound "
                f"the scores already; leave qk_clip out")
