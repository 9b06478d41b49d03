"""The learner: a model and its optimizer, one training step at a time.

This is the road once around: forward, loss, backward, clip, step. The trainer
brings the batches and the learning rate, and keeps the books.

Shapes: B batch, T positions, V vocabulary.
"""
import math

import numpy as np
import torch

from numpy_impl.training.learner import StepResult

from ..models.gpt2 import GPTModel
from ..models.parameters import get_parameters, set_parameters
from .clipping import clip_global_norm
from .device import Machine
from .diagnosis import NonFiniteError, first_non_finite
from .loss import IGNORE, cross_entropy
from .memory import keep_freed_memory
from .optimizer import AdamW

__all__ = ["Learner", "StepResult"]


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
        this machine cannot do.
    """

    def __init__(self, model, training, device, parameters):
        self.machine = Machine(device)
        keep_freed_memory()
        self.training = training
        dtype = torch.as_tensor(parameters["token_embedding.weight"][:0]).dtype
        self.model = GPTModel(model).to(self.machine.device, dtype)
        set_parameters(self.model, parameters)
        self.optimizer = AdamW(self.model, training.beta1, training.beta2,
                               training.epsilon, training.weight_decay)
        self.summed_loss = self.machine.prepare(self.model, summed_loss)

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
        microbatches = [self.machine.tensors(pair) for pair in microbatches]
        count = sum(int((targets != IGNORE).sum())
                    for _, targets in microbatches)
        share = 1 / max(1, count)
        loss = 0.0
        self.model.train()
        for parameter in self.model.parameters():
            parameter.grad = None
        for index, (inputs, targets) in enumerate(microbatches):
            keep = self.machine.masks((self.training.seed, step, index))
            with self.machine.arithmetic():
                nats = self.summed_loss(self.model, inputs, targets, keep)
            self.machine.scaled(nats * share).backward()
            loss += nats.detach() * share

        loss = float(loss)
        gradients = [parameter.grad for parameter in self.model.parameters()]
        self.machine.unscale(gradients)
        norm = clip_global_norm(gradients, self.training.clip_norm)
        if self.machine.overflowed(norm) and math.isfinite(loss):
            return StepResult(loss, norm)  # half precision: try a lower scale
        if not (math.isfinite(loss) and math.isfinite(norm)):
            raise NonFiniteError(step, loss, first_non_finite(
                self.model, [inputs for inputs, _ in microbatches]))
        with self.machine.optimizing():
            self.optimizer.step(learning_rate)
        return StepResult(loss, norm)

    @torch.no_grad()
    def evaluate(self, inputs, targets):
        """inputs, targets (B, T) -> the loss summed over targets, their count

        In nats, without dropout.
        """
        inputs, targets = self.machine.tensors((inputs, targets))
        self.model.eval()
        with self.machine.arithmetic():
            nats = self.summed_loss(self.model, inputs, targets)
        return float(nats), int((targets != IGNORE).sum())

    @torch.no_grad()
    def logits(self, ids):
        """ids (B, T) -> (B, T, V), without dropout"""
        ids, = self.machine.tensors((ids,))
        self.model.eval()
        with self.machine.arithmetic():
            return self.model(ids).float().cpu().numpy()

    def state(self) -> dict[str, np.ndarray]:
        """All that training has changed, by name: the same in both packages"""
        groups = {"model": get_parameters(self.model),
                  "optimizer.first": self.optimizer.first,
                  "optimizer.second": self.optimizer.second}
        arrays = {f"{group}.{name}": np.asarray(torch.as_tensor(array).cpu())
                  for group, content in groups.items()
                  for name, array in content.items()}
        return (arrays | {"optimizer.steps": np.array(self.optimizer.steps)}
                | self.machine.state())

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
        self.machine.load_state(state)


def summed_loss(model, inputs, targets, keep=None):
    """inputs, targets (B, T) -> the loss in nats, summed over the targets"""
    logits = model(inputs, keep)                           # (B, T, V)
    return cross_entropy(logits, targets, reduction="sum")
