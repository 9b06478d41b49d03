"""The config: every mistake is named where it is made."""
import json
from dataclasses import FrozenInstanceError, asdict, fields, is_dataclass

import pytest

from twinformer.models.config import GPT2Config
from twinformer.configs.data_config import DataConfig
from twinformer.configs.device_config import DeviceConfig
from twinformer.configs.run_config import (
    RunConfig, config_from_dict, config_to_dict,
)
from twinformer.configs.training_config import TrainingConfig
from twinformer.configs.finetuning_config import FinetuningConfig
from twinformer.configs.recipes import BETA2, FROM_SCRATCH
from twinformer.commands.parsing.parser import CommandParser


@pytest.mark.parametrize("part, change, message", [
    (TrainingConfig, {"max_steps": 0}, "training.max_steps must be at least 1, got 0"),
    (TrainingConfig, {"batch_size": -3}, "training.batch_size must be at least 1, got -3"),
    (TrainingConfig, {"seed": -1}, "training.seed must be at least 0"),
    (TrainingConfig, {"beta2": 1.0}, "training.beta2 must be at least 0 and below 1"),
    (TrainingConfig, {"epsilon": 0.0}, "training.epsilon must be positive"),
    (TrainingConfig, {"learning_rate": float("nan")}, "training.learning_rate must be at least"),
    (TrainingConfig, {"min_learning_rate": 1.0}, "is above training.learning_rate"),
    (TrainingConfig, {"schedule": "cosin"}, "cosine or linear or constant or wsd, got 'cosin'"),
    (TrainingConfig, {"decay_shape": "sqrt"}, "decay_shape must be linear or 1-sqrt, got 'sqrt'"),
    (TrainingConfig, {"decay_share": 0.0}, "training.decay_share must be above 0 and at most 1"),
    (TrainingConfig, {"optimizer": "Muon"}, "optimizer must be adamw or muon, got 'Muon'"),
    (TrainingConfig, {"adjust_lr_fn": "x"}, "must be match_rms_adamw or original, got 'x'"),
    (TrainingConfig, {"momentum": 1.0}, "training.momentum must be at least 0 and below 1"),
    (TrainingConfig, {"muon_rate": -1.0}, "training.muon_rate must be at least 0, got -1.0"),
    (TrainingConfig, {"newton_schulz_steps": 0}, "newton_schulz_steps must be at least 1"),
    (TrainingConfig, {"z_loss": -1e-4}, "training.z_loss must be at least 0, got -0.0001"),
    (TrainingConfig, {"qk_clip": -1.0}, "training.qk_clip must be at least 0, got -1.0"),
    (TrainingConfig, {"sample_top_p": 0.0}, "training.sample_top_p must be above 0"),
    (DataConfig, {"corpus": []}, "data.corpus is empty"),
    (DataConfig, {"validation": 1.0}, "data.validation must be a share between 0 and 1"),
    (DataConfig, {"vocab_size": 256}, "data.vocab_size must be at least 257"),
    (DataConfig, {"tokenizer": "words"}, "bpe, wordpiece, characters or bytes, got 'words'"),
    (DeviceConfig, {"threads": -1}, "device.threads must not be negative"),
    (RunConfig, {"name": "a/b"}, "name 'a/b' cannot be a folder's name"),
    (RunConfig, {"name": ".."}, "cannot be a folder's name"),
    (RunConfig, {"backend": "jax"}, "backend must be torch or numpy, got 'jax'"),
    (TrainingConfig, {"patience": -1}, "training.patience must be at least 0, got -1"),
    (FinetuningConfig, {"batch_size": 0}, "finetuning.batch_size must be at least 1, got 0"),
    (FinetuningConfig, {"epochs": 0}, "finetuning.epochs must be at least 1"),
    (FinetuningConfig, {"warmup": 1.0}, "finetuning.warmup must be at least 0 and below 1"),
    (FinetuningConfig, {"schedule": "steps"}, "finetuning.schedule must be cosine or linear"),
    (FinetuningConfig, {"learning_rate": -1.0}, "finetuning.learning_rate must be at least 0"),
    (FinetuningConfig, {"min_learning_rate": 1.0}, "is above finetuning.learning_rate"),
    (FinetuningConfig, {"epsilon": 0.0}, "finetuning.epsilon must be positive"),
    (GPT2Config, {"n_heads": 5}, "does not divide"),
])
def test_mistakes_are_named(part, change, message):
    with pytest.raises(ValueError, match=message):
        part(**change)


def test_the_defaults_are_valid_and_survive_json():
    config = RunConfig()
    assert config_from_dict(json.loads(json.dumps(config_to_dict(config)))) == config


def test_unknown_keys_are_refused():
    content = config_to_dict(RunConfig())
    content["model"]["n_leyers"] = 3
    with pytest.raises(ValueError, match=r"unknown setting model\.n_leyers"):
        config_from_dict(content)


def test_a_config_is_frozen():
    with pytest.raises(FrozenInstanceError):
        RunConfig().training.max_steps = 3


@pytest.mark.parametrize("part", [DataConfig, TrainingConfig, FinetuningConfig, DeviceConfig,
                                  RunConfig, GPT2Config])
def test_every_field_is_explained(part):
    """The docstrings, of bases too, are what --help shows."""
    docs = "".join(kind.__doc__ for kind in part.__mro__ if is_dataclass(kind))
    for field in fields(part):
        assert f"\n    {field.name}\n        " in docs, field.name


@pytest.mark.parametrize("part", [TrainingConfig, FinetuningConfig])
def test_the_help_explains_what_is_inherited(part):
    parser = CommandParser()
    parser.add_class_arguments(part, part.SECTION)
    shown = " ".join(parser.format_help().split())
    for words in ("AdamW's memory of the gradient's square (default",
                  "Microbatches whose gradients", "Evaluations without a better one"):
        assert words in shown


def test_each_recipe_has_its_own_beta2():
    assert TrainingConfig().beta2 == BETA2["pretraining"] == 0.99
    assert FinetuningConfig().beta2 == BETA2["finetuning"] == 0.999
    assert FROM_SCRATCH["finetuning.beta2"] == 0.99


def test_nothing_is_shared_between_configs():
    first, second = RunConfig(), RunConfig()
    first.data.corpus.append("more")
    assert second.data.corpus == ["standard-library"]
    assert asdict(first) != asdict(second)
