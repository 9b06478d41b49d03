"""Find settings to train a model with.

  twinformer search train                                 the learning rate and what goes with it
  twinformer search train novel.txt --max-steps 500 --trials 30
  twinformer search train --space learning-rate=log:1e-3:3e-2 n-layers=2,4,6 dropout=0.0:0.3
  twinformer search train --space space.yaml --pruner halving
  twinformer train --config runs/search-1/best.yaml       what it found

All options are those of twinformer train; the first trial takes them as they are. What decides is
the validation text, in bits per byte. The same command again goes on where it was stopped, with
--trials 40 for longer, and in another terminal works on the same search. A file for --space:

  training.learning_rate: log:1e-3:3e-2     each order of magnitude as likely
  training.weight_decay: 0.0:0.2
  model.n_layers: [2, 4, 6]

Everything lands in runs/search-1: best.yaml, search.png, study.db (for optuna-dashboard, too) and
a run's folder for each trial. Ctrl-C keeps what was found.
"""
from dataclasses import fields, replace
from functools import partial
from typing import Any

from filelock import FileLock

from ...architectures.kinds import writes
from ...configs.run_config import RunConfig, config_to_dict
from ..train import command
from .running import search
from .searched import RELATIVE, Searched, add_search_arguments, around

__all__ = ["add_arguments", "run"]

MEASURED = "it changes what the trials are measured on, so that they could not be compared"


def add_arguments(parser) -> None:
    """The options of twinformer train, and those of a search."""
    command.add_arguments(parser)
    add_search_arguments(parser)


def run(arguments) -> int:
    return search(arguments, TRAIN)


def config_of(arguments) -> RunConfig:
    return RunConfig(**{field.name: getattr(arguments, field.name) for field in fields(RunConfig)})


def usual_space(arguments) -> dict[str, str]:
    training = arguments.training
    space = {"training.learning_rate": around(training.learning_rate, *RELATIVE),
             "training.warmup_steps": f"0:{max(1, training.max_steps // 4)}",
             "training.weight_decay": "log:0.003:0.3",
             "training.beta2": "0.9,0.95,0.99,0.999"}
    if hasattr(arguments.model, "dropout"):
        space["model.dropout"] = "0.0:0.2"
    return space


def metric(arguments) -> str:
    return ("validation_bits_per_byte" if writes(arguments.model)
            else "validation_nats_per_hidden_token")


def chosen_by(arguments) -> str:
    """With patience a run keeps its best model, else the last."""
    if not arguments.training.patience:
        return ""
    return ("validation_nats_per_token" if writes(arguments.model)
            else "validation_nats_per_hidden_token")


def train(arguments, runs, name, progress) -> int:
    from ...training.data import prepare_data
    from ...training.run import run_training

    config = replace(config_of(arguments), name=name, folder=runs.as_posix())
    cache = runs.parent.parent / ".cache"       # that of all other runs
    cache.mkdir(exist_ok=True)
    with FileLock(cache / ".search.lock"):      # one process learns the tokenizer
        prepare_data(config.data, cache, backend=config.backend, note=progress.note)
    return run_training(config, progress=progress, cache=cache,
                        feed=partial(command.loaded, config)).exit_code


def settings(arguments) -> dict[str, Any]:
    content = config_to_dict(config_of(arguments))
    del content["name"]
    return content


TRAIN = Searched(
    command="train", space=usual_space, metric=metric, chosen_by=chosen_by, train=train,
    settings=settings,
    fixed={"name": "it is the folder's", "folder": "it is the folder's",
           "data.validation": MEASURED, "data.text_field": MEASURED, "data.corpus": MEASURED,
           "eval_batches": MEASURED, "model.vocab_size": "it follows from data.vocab_size",
           "eval_interval": "trials are compared evaluation by "
           "evaluation"},
    other_loss=("data.tokenizer", "data.vocab_size", "data.tokenizer_sample"))
