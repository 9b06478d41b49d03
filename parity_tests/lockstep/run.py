"""A small training run: what two learners are given, the same to both."""
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, NamedTuple

import numpy as np

from numpy_impl.training import learner as reference
from torch_impl.training import learner as twin
from twinformer.architectures.kinds import KINDS
from twinformer.configs.device_config import DeviceConfig
from twinformer.configs.training_config import TrainingConfig
from twinformer.models.initialisation import initial_parameters
from twinformer.models.keep_masks import KeepMasks
from twinformer.training.schedule import learning_rate_of

__all__ = ["SIZES", "Run", "learners", "small_run"]

# Of those that a kind has: windows shorter than the text, an idle expert
SIZES: dict[str, Any] = {
    "vocab_size": 13, "context_length": 8, "d_model": 16, "n_heads": 2, "n_layers": 2,
    "dropout": 0.1, "n_kv_heads": 1, "head_dim": 6, "d_hidden": 20, "window_size": 3,
    "global_every": 2, "n_experts": 3, "n_active": 2, "rope_theta": 100.0}


class Run(NamedTuple):
    """What both learners are given."""
    model: Any  # GPT2Config, LlamaConfig, ...
    training: TrainingConfig
    parameters: dict[str, np.ndarray]

    def batches(self, step: int):
        """The microbatches of a step: (inputs, targets), some ignored."""
        generator = np.random.default_rng([self.training.seed, step])
        V, T = self.model.vocab_size, self.model.context_length
        found = []
        for _ in range(self.training.accumulation):
            # a language to be learned: the next token is this one plus 1 or 2
            steps = generator.integers(1, 3, (self.training.batch_size, T))
            ids = steps.cumsum(1) % V
            targets = (ids + generator.integers(1, 3, ids.shape)) % V
            targets[generator.random(ids.shape) < 0.1] = -100
            found.append((ids, targets))
        return found

    def learning_rate(self, step: int) -> float:
        c = self.training
        return learning_rate_of(c, step, warmup_steps=c.warmup_steps,
                                max_steps=c.max_steps)


def small_run(steps: int = 300, moved: float = 0.0, kind: str = "gpt2",
              sizes: Mapping[str, Any] = SIZES) -> Run:
    """A small model with dropout, clipping, accumulation and a schedule.

    moved : float
        Relative size of a random change of the initial weights.
    sizes : {name of a setting: value}
        Of the model, those that its kind has.
    """
    config = KINDS[kind].config
    known = {field.name for field in fields(config)}
    sizes = {**KINDS[kind].small, **sizes}
    model = config(**{name: sizes[name] for name in sizes if name in known})
    training = TrainingConfig(max_steps=steps, batch_size=2, accumulation=2,
                              learning_rate=3e-3, min_learning_rate=3e-4,
                              warmup_steps=20, clip_norm=0.5)
    xi = np.random.default_rng(0)
    parameters = {
        name: a.astype(np.float64) * (1 + moved * xi.standard_normal(a.shape))
        for name, a in initial_parameters(model, training.seed).items()}
    return Run(model, training, parameters)


def learners(run: Run):
    """The reference and the twin, in float64, with the same masks."""
    made = [package.pretraining_learner(run.model, run.training, DeviceConfig(device="cpu"),
                            run.parameters) for package in (reference, twin)]
    made[1].machine.masks = KeepMasks
    return made
