"""The learner: a model, what it shall learn, and its optimizer; one training
step at a time.

A step is forward, loss, backward, clip, update. A trainer brings the batches
and the learning rate, and keeps the books.
"""
import math

import numpy as np

from twinformer.models.keep_masks import KeepMasks
from ..layers.parallel import set_num_threads
from ..models.building import new_model
from ..models.parameters import get_parameters, set_parameters
from .clipping import clip_global_norm
from .data_parallel import DataParallel
from .diagnosis import first_non_finite
from twinformer.configs.device_config import DeviceConfig
from twinformer.learning import NonFiniteError, StepResult
from twinformer.memory import keep_freed_memory
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
        check_device(device)
        if device.threads:
            set_num_threads(device.threads)
        keep_freed_memory()
        self.model, self.objective = model, objective
        self.data_parallel = DataParallel(model, objective)
        self.training = training
        self.optimizer = optimizer_of(self.model, training, objective)

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
        self.model.zero_grad()
        for index, batch in enumerate(microbatches):
            keep = KeepMasks((self.training.seed, step, index))
            total = self.data_parallel.forward_backward(batch, share, keep)
            loss += total * share

        loss = float(loss)
        gradients = learning_gradients(self.model)
        norm = clip_global_norm(gradients, self.training.clip_norm)
        if not (math.isfinite(loss) and math.isfinite(norm)):
            raise NonFiniteError(step, loss, first_non_finite(
                self.model, [batch[0] for batch in microbatches]))
        self.optimizer.step(learning_rate)
        return StepResult(loss, norm)

    def evaluate(self, batch):
        """A batch -> the summed loss and its count, without dropout"""
        total = self.data_parallel.forward(batch)
        return float(total), self.objective.count(batch)

    def state(self) -> dict[str, np.ndarray]:
        """The weights and all moments, by name: the same in both packages"""
        groups = {"model": get_parameters(self.model),
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
    dtype = weight.dtype
    new = new_model(model, seed=None).to(dtype)
    set_parameters(new, parameters)
    objective = objective_of(model, training)
    return Learner(new, objective, training, device)


def placed(model, device):
    """A model where it shall compute, and that place's name; from now on the
    process keeps freed memory, for the next layer and the next text.

    device : "auto", or a device of this package and machine, such as "cpu"
    """
    check_device(DeviceConfig(device=device))
    keep_freed_memory()
    return model, "cpu"


def check_device(device) -> None:
    """ValueError if the device settings need more than NumPy on the CPU."""
    unsupported = {"device": device.device not in ("auto", "cpu"),
                   "precision": device.precision != "float32",
                   "compile": device.compile,
                   "vocabulary_multiple": device.vocabulary_multiple > 1,
                   "activation_checkpointing": device.activation_checkpointing,
                   "ranks": device.ranks > 1,
                   "strategy": device.strategy != "ddp",
                   "tensor_parallel": device.tensor_parallel > 1}
    for name, asked in unsupported.items():
        if asked:
            raise ValueError(
                f"the NumPy backend cannot honour device.{name} = "
                f"{getattr(device, name)}; leave it out, or use the torch "
                f"backend")
