"""The learner: a model, what it shall learn, and its optimizer; one training
step at a time.

A step is forward, loss, backward, clip, update. A trainer brings the batches
and the learning rate, and keeps the books.
"""
import math

import numpy as np
import torch

from ..models.building import new_model
from ..models.parameters import set_parameters
from .clipping import clip_global_norm
from .device import Machine, choose_device
from .diagnosis import first_non_finite
from twinformer.learning import NonFiniteError, StepResult
from twinformer.memory import keep_freed_memory
from twinformer.ranks import current_ranks
from .objective import objective_of
from .optimizer import learning_gradients
from .optimizer_choice import optimizer_of

__all__ = ["Learner", "placed", "pretraining_learner"]


class Learner:
    """A model in training.

    Parameters
    ----------
    model : Module
        With its weights; what is frozen in it stays as it is.
    objective
        What is to be learned: see objective.py.
    training
        A LearningConfig: seed, clip_norm, and what optimizer_of asks for.
    device : DeviceConfig

    Raises
    ------
    ValueError
        If the device asks for what this package or machine cannot do.
    """

    def __init__(self, model, objective, training, device):
        self.machine = Machine(device)
        self.ranks = current_ranks()
        keep_freed_memory()
        self.model, self.objective = model, objective
        self.forward = self.machine.prepare(model, objective.forward)
        self.training = training
        self.optimizer = optimizer_of(self.model, training, objective)

    def train_step(self, microbatches, step: int,
                   learning_rate: float) -> StepResult:
        """One step of the optimizer on a list of the objective's batches.

        Every microbatch adds its share of the mean over all that counts, so
        that they make the gradient of one large batch. Dropout depends on
        (seed, step, microbatch) alone: a resumed run draws the masks it would
        have. Of several ranks each takes its own microbatches of the list,
        and their gradients and losses are added up.

        Raises
        ------
        NonFiniteError
            If the loss or a gradient is not finite; the weights and the
            moments are still those of before the step.
        """
        turns = list(self.ranks.deal(range(len(microbatches))))
        microbatches = [microbatches[index] for index, _ in turns]
        count, = self.ranks.sums(sum(
            self.objective.count(batch) for batch, (_, counts)
            in zip(microbatches, turns, strict=True) if counts))
        microbatches = [self.machine.tensors(b) for b in microbatches]
        own = 0.0
        self.model.train()
        self.model.zero_grad()
        for batch, (index, counts) in zip(microbatches, turns, strict=True):
            share = counts / max(1, count)
            keep = self.machine.masks((self.training.seed, step, index))
            last = batch is microbatches[-1]
            with self.machine.parallel.communicating(last):
                total = self.forward(self.model, batch, keep)
                self.machine.backward(total * share)
            own += total.detach() * share

        own = float(own)
        loss, = self.ranks.sums(own)
        gradients = learning_gradients(self.model)
        scale = self.machine.loss_scale
        scale.unscale(gradients)
        norm = clip_global_norm(gradients, self.training.clip_norm)
        if scale.overflowed(norm) and math.isfinite(loss):
            return StepResult(loss, norm)  # half precision: try a lower scale
        if not (math.isfinite(loss) and math.isfinite(norm)):
            with self.machine.arithmetic():
                where = first_non_finite(
                    self.model, [batch[0] for batch in microbatches])
            raise NonFiniteError(step, loss, self.ranks.blamed(
                not math.isfinite(own), where))
        with self.machine.optimizing():
            self.optimizer.step(learning_rate)
        return StepResult(loss, norm)

    @torch.no_grad()
    def evaluate(self, batch):
        """A batch -> the summed loss and its count, without dropout"""
        self.model.eval()
        batch = self.machine.tensors(batch)
        total = self.forward(self.model, batch)
        return float(total), self.objective.count(batch)

    def state(self) -> dict[str, np.ndarray]:
        """The weights and all moments, by name: the same in both packages"""
        return self.machine.state(self.tensors())

    def tensors(self):
        """The same where they are, of a rank its part: not copied"""
        groups = {"model": dict(self.model.named_parameters()),
                  "optimizer.first": self.optimizer.first,
                  "optimizer.second": self.optimizer.second}
        arrays = {f"{group}.{name}": array
                  for group, content in groups.items()
                  for name, array in content.items()}
        arrays["optimizer.steps"] = np.array(self.optimizer.steps)
        return arrays

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
        self.machine.loss_scale.load_state(state)


def pretraining_learner(model, training, device, parameters) -> Learner:
    """A Learner of a new model on what its kind is pretrained on.

    Parameters
    ----------
    model : GPT2Config, LlamaConfig, ...
    training : TrainingConfig
    device : DeviceConfig
    parameters : {name: array}
        The initial weights. Their dtype is the dtype of all arithmetic.

    Raises
    ------
    ValueError
        If the parameters do not fit the model, or the device asks for what
        this package or machine cannot do.
    """
    weight = parameters["token_embedding.weight"]
    dtype = torch.as_tensor(weight).dtype
    new = new_model(model, seed=None).to(dtype)
    set_parameters(new, parameters)
    objective = objective_of(model, training)
    return Learner(new, objective, training, device)


def placed(model, device):
    """A model where it shall compute, and that place's name

    device : "auto", or a device of this package and machine, such as "cpu"
    """
    where = choose_device(device)
    return model.to(where), str(where)
