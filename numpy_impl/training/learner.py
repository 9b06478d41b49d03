"""The learner: a model and its optimizer, one training step at a time.

This is the road once around: forward, loss, backward, clip, step. The trainer
brings the batches and the learning rate, and keeps the books.

Shapes: B batch, T positions, V vocabulary.
"""
import math
from typing import NamedTuple

import numpy as np

from ..layers.dropout import KeepMasks
from ..layers.parallel import set_num_threads
from ..models.gpt2 import GPTModel
from ..models.parameters import get_parameters, set_parameters
from .clipping import clip_global_norm
from .diagnosis import NonFiniteError, first_non_finite
from .loss import IGNORE, cross_entropy, cross_entropy_backward
from .memory import keep_freed_memory
from .optimizer import AdamW

__all__ = ["Learner", "StepResult"]


class StepResult(NamedTuple):
    loss: float       # mean nats a target, before the step
    grad_norm: float  # length of the whole gradient, before clipping


class Learner:
    """A GPT in training.

    Parameters
    ----------
    model : GPT2Config
    training : TrainingConfig
    device : DeviceConfig
    parameters : {name: array}
        The initial weights. Their dtype is the dtype of all arithmetic.

    Raises
    ------
    ValueError
        If the parameters do not fit the model, or the device asks for what
        NumPy cannot do.
    """

    def __init__(self, model, training, device, parameters):
        check_device(device)
        if device.threads:
            set_num_threads(device.threads)
        keep_freed_memory()
        self.training = training
        dtype = parameters["token_embedding.weight"].dtype
        self.model = GPTModel(model).to(dtype)
        set_parameters(self.model, parameters)
        self.optimizer = AdamW(self.model, training.beta1, training.beta2,
                               training.epsilon, training.weight_decay)

    def train_step(self, microbatches, step: int,
                   learning_rate: float) -> StepResult:
        """One step of the optimizer on [(inputs, targets), ...], (B, T) each.

        Every microbatch adds its share of the mean over all targets, so that
        they make the gradient of one large batch. Dropout depends on (seed,
        step, microbatch) alone: a resumed run draws the masks it would have.

        Raises
        ------
        NonFiniteError
            If the loss or a gradient is not finite; the weights and the
            moments are still those of before the step.
        """
        count = sum(int((targets != IGNORE).sum())
                    for _, targets in microbatches)
        share = 1 / max(1, count)
        loss = 0.0
        self.model.zero_grad()
        for index, (inputs, targets) in enumerate(microbatches):
            keep = KeepMasks((self.training.seed, step, index))
            logits, cache = self.model.forward(inputs, keep)
            nats, loss_cache = cross_entropy(logits, targets, reduction="sum")
            dlogits = cross_entropy_backward(share, loss_cache, overwrite=True)
            self.model.backward(dlogits, cache)
            loss += float(nats) * share

        gradients = [grad for _, _, grad in self.model.named_parameters()]
        norm = clip_global_norm(gradients, self.training.clip_norm)
        if not (math.isfinite(loss) and math.isfinite(norm)):
            raise NonFiniteError(step, loss, first_non_finite(
                self.model, [inputs for inputs, _ in microbatches]))
        self.optimizer.step(learning_rate)
        return StepResult(loss, norm)

    def evaluate(self, inputs, targets):
        """inputs, targets (B, T) -> the loss summed over targets, their count

        In nats, without dropout.
        """
        logits, _ = self.model.forward(inputs)
        nats, _ = cross_entropy(logits, targets, reduction="sum")
        return float(nats), int((targets != IGNORE).sum())

    def logits(self, ids):
        """ids (B, T) -> (B, T, V), without dropout"""
        return self.model.forward(ids)[0]

    def state(self) -> dict[str, np.ndarray]:
        """All that training has changed, by name: the same in both packages"""
        groups = {"model": get_parameters(self.model),
                  "optimizer.first": self.optimizer.first,
                  "optimizer.second": self.optimizer.second}
        arrays = {f"{group}.{name}": array for group, content in groups.items()
                  for name, array in content.items()}
        return arrays | {"optimizer.steps": np.array(self.optimizer.steps)}

    def load_state(self, state) -> None:
        """Go on from a `state` of either package."""
        def group(prefix):
            return {name.removeprefix(prefix): array
                    for name, array in state.items()
                    if name.startswith(prefix)}
        set_parameters(self.model, group("model."))
        self.optimizer.restore(int(state["optimizer.steps"]),
                               group("optimizer.first."),
                               group("optimizer.second."))


def check_device(device) -> None:
    """ValueError if the device settings need more than NumPy on the CPU."""
    unsupported = {"device": device.device not in ("auto", "cpu"),
                   "precision": device.precision != "float32",
                   "compile": device.compile,
                   "vocabulary_multiple": device.vocabulary_multiple > 1,
                   "activation_checkpointing": device.activation_checkpointing}
    for name, asked in unsupported.items():
        if asked:
            raise ValueError(
                f"the NumPy backend cannot honour device.{name} = "
                f"{getattr(device, name)}; leave it out, or use the torch "
                f"backend")
