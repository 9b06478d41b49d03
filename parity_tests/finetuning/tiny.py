"""Tasks in bytes, models of a few hundred weights, and tuners of both
packages, for the tests of instructions and preferences."""
from types import SimpleNamespace

import numpy as np
import torch

from numpy_impl.finetuning import preferences as our_preferences
from numpy_impl.generation import responding as our_responding
from numpy_impl.models import gpt2 as our_gpt2
from numpy_impl.models import parameters as our_parameters
from twinformer.models.config import GPT2Config
from twinformer.models.initialisation import initial_parameters
from numpy_impl.training import objective as our_objective
from numpy_impl.training import tuner as our_tuner
from twinformer.configs.device_config import DeviceConfig
from twinformer.configs.run_config import RunConfig
from twinformer.configs.training_config import TrainingConfig
from torch_impl.finetuning import preferences as their_preferences
from torch_impl.generation import responding as their_responding
from torch_impl.models import gpt2 as their_gpt2
from torch_impl.models import parameters as their_parameters
from torch_impl.training import objective as their_objective
from torch_impl.training import tuner as their_tuner

CONFIG = GPT2Config(vocab_size=257, context_length=128, d_model=16, n_heads=2,
                    n_layers=1, dropout=0.0)
RUN_CONFIG = RunConfig(model=CONFIG)


def package(name):
    """What the tasks need of a package, in one place."""
    if name == "numpy":
        return SimpleNamespace(
            GPTModel=our_gpt2.GPTModel, Tuner=our_tuner.Tuner,
            NextTokens=our_objective.NextTokens,
            PreferencePairs=our_preferences.PreferencePairs,
            log_probabilities=our_preferences.answer_log_probabilities,
            respond=our_responding.respond, dtype=np.float64,
            get_parameters=our_parameters.get_parameters,
            set_parameters=our_parameters.set_parameters)
    return SimpleNamespace(
        GPTModel=their_gpt2.GPTModel, Tuner=their_tuner.Tuner,
        NextTokens=their_objective.NextTokens,
        PreferencePairs=their_preferences.PreferencePairs,
        log_probabilities=their_preferences.answer_log_probabilities,
        respond=their_responding.respond, dtype=torch.float64,
        get_parameters=their_parameters.get_parameters,
        set_parameters=their_parameters.set_parameters)


def tuner(name, objective, seed=1, single=False):
    """A new model of the package, in double precision, and its tuner."""
    parts = package(name)
    model = parts.GPTModel(CONFIG)
    if not single:
        model.to(parts.dtype)
    parts.set_parameters(model, {
        name: array.astype(np.float64) for name, array
        in initial_parameters(CONFIG, seed).items()})
    return parts.Tuner(model, objective, TrainingConfig(),
                       DeviceConfig(device="cpu"))
