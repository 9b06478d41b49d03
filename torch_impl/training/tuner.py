"""The tuner: a model, what it shall learn, and its optimizer; one training
step at a time.

This is the road once around: forward, loss, backward, clip, step. A trainer
brings the batches and the learning rate, and keeps the books.
"""
import math

import numpy as np
import torch

from ..models.parameters import get_parameters, set_parameters
from .clipping import clip_global_norm
from .device import Machine
from .diagnosis import first_non_finite
from twinformer.learning import NonFiniteError, StepResult
from twinformer.memory import keep_freed_memory
from .optimizer import AdamW, learning_parameters

__all__ = ["Tuner"]


class Tuner:
    """A model in training.

    Parameters
    ----------
    model : Module
        With its weights; what is frozen in it stays as it is.
    objective
        What is to be learned: see objective.py.
    training
        Settings with the fields seed, beta1, beta2, epsilon, weight_decay
        and clip_norm.
    device : DeviceConfig

    Raises
    ------
    ValueError
        If the device asks for what this machine cannot do.
    """

    def __init__(self, model, objective, training, device):
        self.machine = Machine(device)
        keep_freed_memory()
        self.model, self.objective = model, objective
        self.model.to(self.machine.device)
        self.training = training
        self.optimizer = AdamW(self.model, training.beta1, training.beta2,
                               training.epsilon, training.weight_decay)
        self.total_loss = self.machine.prepare(self.model, objective.forward)

    def train_step(self, microbatches, step: int,
                   learning_rate: float) -> StepResult:
        """One step of the optimizer on a list of the objective's batches.

        Every microbatch adds its share of the mean over all that counts, so
        that they make the gradient of one large batch. Dropout depends on
        (seed, step, microbatch) alone: a resumed run draws the masks it would
        have.

        Raises
        ------
        NonFiniteError
            If the loss or a gradient is not finite; the weights and the
            moments are still those of before the step.
        """
        count = sum(map(self.objective.count, microbatches))
        share = 1 / max(1, count)
        loss = 0.0
        self.model.train()
        for parameter in self.model.parameters():
            parameter.grad = None
        batches = [self.machine.tensors(batch) for batch in microbatches]
        for index, batch in enumerate(batches):
            keep = self.machine.masks((self.training.seed, step, index))
            with self.machine.arithmetic():
                total = self.total_loss(self.model, batch, keep)
            self.machine.scaled(total * share).backward()
            loss += total.detach() * share

        loss = float(loss)
        gradients = [parameter.grad for _, parameter
                     in learning_parameters(self.model)]
        self.machine.unscale(gradients)
        norm = clip_global_norm(gradients, self.training.clip_norm)
        if self.machine.overflowed(norm) and math.isfinite(loss):
            return StepResult(loss, norm)  # half precision: try a lower scale
        if not (math.isfinite(loss) and math.isfinite(norm)):
            with self.machine.arithmetic():
                raise NonFiniteError(step, loss, first_non_finite(
                    self.model, [batch[0] for batch in batches]))
        with self.machine.optimizing():
            self.optimizer.step(learning_rate)
        return StepResult(loss, norm)

    @torch.no_grad()
    def evaluate(self, batch):
        """A batch -> the summed loss and its count, without dropout"""
        self.model.eval()
        with self.machine.arithmetic():
            total = self.total_loss(self.model, self.machine.tensors(batch))
        return float(total), self.objective.count(batch)

    def state(self) -> dict[str, np.ndarray]:
        """The weights and all moments, by name: the same in both packages"""
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
