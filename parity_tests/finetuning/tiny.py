"""Tasks in bytes, models of a few hundred weights, and learners of both
packages, for the tests of instructions and preferences."""
import numpy as np
import torch

from twinformer.backend import implementation
from twinformer.models.config import GPT2Config
from twinformer.models.initialisation import initial_parameters
from twinformer.configs.device_config import DeviceConfig
from twinformer.configs.run_config import RunConfig
from twinformer.configs.training_config import TrainingConfig

CONFIG = GPT2Config(vocab_size=257, context_length=128, d_model=16, n_heads=2,
                    n_layers=1, dropout=0.0)
RUN_CONFIG = RunConfig(model=CONFIG)


DTYPES = {"numpy": np.float64, "torch": torch.float64}


def learner_of(name, objective, seed=1, single=False):
    """A new model of the package, in double precision, and its learner."""
    parts = implementation(name)
    model = parts.GPTModel(CONFIG)
    if not single:
        model.to(DTYPES[name])
    parts.set_parameters(model, {
        name: array.astype(np.float64) for name, array
        in initial_parameters(CONFIG, seed).items()})
    return parts.Learner(model, objective, TrainingConfig(),
                       DeviceConfig(device="cpu"))
