"""What the two packages really keep for a backward pass, counted array by array."""
import numpy as np

from twinformer.architectures.kinds import kind_of
from twinformer.backend import implementation
from twinformer.batches.collate import IGNORE
from twinformer.batches.masking import MaskedBatch
from twinformer.configs.device_config import DeviceConfig
from twinformer.configs.training_config import TrainingConfig
from twinformer.models.initialisation import initial_parameters
from twinformer.models.keep_masks import KeepMasks

__all__ = ["batch_for", "kept_by_numpy", "kept_by_torch", "learner_of"]


def learner_of(plan, **device):
    """A learner of the plan's model in its package."""
    settings = DeviceConfig(device="cpu", precision=plan.precision,
                            activation_checkpointing=plan.checkpointing, **device)
    return implementation(plan.backend).pretraining_learner(
        plan.model, TrainingConfig(), settings, initial_parameters(plan.model, 0))


def batch_for(plan):
    """Random tokens, as what the model's kind is pretrained on takes them."""
    generator = np.random.default_rng(0)
    shape = plan.batch_size, plan.T
    ids = generator.integers(0, plan.model.vocab_size, shape)
    targets = generator.integers(0, plan.model.vocab_size, shape)
    if kind_of(plan.model).objective == "NextTokens":
        return ids, targets
    asked = np.zeros(plan.rows, bool)
    asked[:round(0.15 * plan.rows)] = True
    targets = np.where(generator.permutation(asked).reshape(shape), targets, IGNORE)
    return MaskedBatch(ids, targets, np.zeros_like(ids), np.ones(shape, bool),
                       np.zeros(len(ids), int))


def kept_by_numpy(plan):
    """Bytes of all arrays in the cache of a forward pass; one of which there are views, once."""
    learner = learner_of(plan)
    own = {id(base(array)) for array in learner.model.parameters()}
    _, cache = learner.objective.forward(learner.model, batch_for(plan), KeepMasks((0, 0, 0)))
    found = {}
    collect(cache, found, set())
    return sum(array.nbytes for key, array in found.items() if key not in own)


def base(array):
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def collect(thing, found, seen):
    """Every array in a tree of tuples, lists, dictionaries and objects."""
    if isinstance(thing, np.ndarray):
        found[id(base(thing))] = base(thing)
        return
    if id(thing) in seen or isinstance(thing, (str, bytes, int, float, type, type(None))):
        return
    seen.add(id(thing))
    if isinstance(thing, dict):
        thing = list(thing.values())
    elif hasattr(thing, "__dict__") and not isinstance(thing, tuple):
        thing = list(vars(thing).values())
    if isinstance(thing, (tuple, list)):
        for part in thing:
            collect(part, found, seen)


def kept_by_torch(plan):
    """Bytes of all storages that autograd saves in a forward pass, but for the weights."""
    import torch

    learner = learner_of(plan)
    own = {parameter.untyped_storage().data_ptr() for parameter in learner.model.parameters()}
    found = {}

    def pack(tensor):
        storage = tensor.untyped_storage()
        if storage.data_ptr() not in own:
            found[storage.data_ptr()] = tensor
        return tensor

    learner.model.train()
    batch = learner.machine.tensors(batch_for(plan))
    with torch.autograd.graph.saved_tensors_hooks(pack, lambda tensor: tensor):
        loss = learner.forward(learner.model, batch, learner.machine.masks((0, 0, 0)))
    assert loss.requires_grad
    return sum(tensor.untyped_storage().nbytes() for tensor in found.values())
