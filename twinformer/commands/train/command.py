"""Train a language model on text, and see what it learns.

  twinformer train                            the standard library's source
  twinformer train novel.txt notes/           your own text
  twinformer train reviews.csv --text-field review --vocab-size 1000
  twinformer train --max-steps 100 --n-layers 2 --backend numpy
  twinformer train --kind llama               another kind of model
  twinformer train --kind bert                one that finds hidden tokens
  twinformer train --preset gpt2 --n-layers 6   GPT-2's shape, half as deep
  twinformer train --config mine.yaml --learning-rate 0.0005
  twinformer train --resume runs/run-1        after a stop, bit for bit
  twinformer train --ranks 2                  two processes: GPUs, or half the cores each

Everything lands in runs/NAME: config.yaml, metrics.jsonl, loss.png,
samples.txt and the checkpoints. Ctrl-C saves and stops. The last word of an
option is enough where it is unique: --max-steps is --training.max_steps.
"""
import dataclasses
import warnings
from functools import partial
from typing import Literal

from ...backend import implementation
from ...architectures.kinds import writes
from ...configs.run_config import RunConfig
from ...runs.run_names import find_run

from ..around_training import stopped
from ..resuming import config_of_resumed, value_of
from .model_options import PRESETS, add_model_options, common_options
from .room import check_room
from .sampling import sampler
from .summary import summary
from ...io.strict_json import json_text

__all__ = ["add_arguments", "run"]

COMMON = (
    "--corpus", "--tokenizer", "--vocab-size", "--name", "--folder", "--backend", "--device",
    "--max-steps", "--batch-size", "--learning-rate", "--eval-interval", "--sample-prompt",
    "--seed", "--log", "--config", "--resume", "--preset", "--kind")     # and those of the kind


def add_arguments(parser) -> None:
    """The fields of RunConfig, --config, --preset and --resume."""
    parser.add_argument(
        "--config", action="config", metavar="FILE",
        help="Settings from a YAML, JSON or TOML file; options win.")
    parser.add_argument(
        "--resume", metavar="RUN", type=str,
        help="Go on with this run, for example runs/run-1, or from one of "
             "its checkpoints; its config.yaml is read first.")
    parser.add_argument(
        "--preset", type=Literal[tuple(PRESETS)],
        help="The kind and shape of a published model, with new weights; "
             "options win over it, and it over --config.")
    parser.add_argument(
        "--force", action="store_true",
        help="Begin even where the memory of this machine is too small by far.")
    parser.add_class_arguments(RunConfig, skip={"model"})
    parser.meant = {"data": "data.corpus", "vocab_size": "data.vocab_size"}
    parser.bare_words = "--data.corpus"
    parser.hints = {"epochs": "training is counted in steps, of --batch-size windows each: "
                    "--max-steps",
                    "model": "training begins with a new model; --kind llama makes it a Llama, "
                    "--preset gpt2 gives it GPT-2's shape, --n-layers and --d-model one of your "
                    "own, --resume RUN goes on with a run, and twinformer instruct --model gpt2 "
                    "teaches a trained one"}
    add_model_options(parser)
    parser.common = [*COMMON, *common_options(parser)]
    parser.default_config = partial(default_config, parser)
    parser.last_config = last_config


def default_config(parser, words: list[str]) -> str | None:
    """--resume RUN: the settings of the run come before the options. The same
    holds for a preset that a config file names."""
    if value_of("--resume", words) and value_of("--preset", words):
        raise ValueError("a run that goes on keeps the shape of its model; "
                         "leave out --preset, or --resume to begin a new run")
    named = [content["preset"] for content in parser.configs if "preset" in content]
    return config_of_resumed("train", words) or (shape_of(named[-1]) if named else None)


def last_config(words: list[str]) -> str | None:
    """--preset NAME wins over the config files."""
    return shape_of(value_of("--preset", words))


def shape_of(name: str) -> str | None:
    """The settings of a preset, but for the vocabulary, which is that of the
    tokenizer."""
    if name not in PRESETS:   # in a config file; jsonargparse says so
        return None
    shape = dataclasses.asdict(PRESETS[name])
    del shape["vocab_size"]
    return json_text({"model": shape})


def run(arguments) -> int:
    """Train; print a sample, how good it is, and what to do next."""
    from ...training.progress import LiveProgress
    from ...training.run import run_training

    # The learner looks for these itself, and says more about them
    warnings.filterwarnings("ignore", "(overflow|invalid value) encountered",
                            RuntimeWarning)
    config = RunConfig(**{field.name: getattr(arguments, field.name)
                          for field in dataclasses.fields(RunConfig)})
    with LiveProgress() as progress:
        if said := check_room(config, arguments.preset or "", arguments.force):
            progress.note(said)
        finished = run_training(
            config, progress=progress,
            resume=(find_run(arguments.resume, config.folder)
                    if arguments.resume else None),
            make_sampler=sampler, measure_peak=True,
            feed=partial(loaded, config))
    if finished.exit_code:
        print(stopped("train", finished.folder, finished.step))
        return finished.exit_code
    summary(finished)
    return 0


def loaded(config: RunConfig, batches):
    """The batches by the loader of the backend, read ahead for a GPU, unless
    NumPy is to hide some of their tokens."""
    package = implementation(config.backend)
    device = "cpu"
    if (config.backend == "torch" and config.device.pin_memory
            and writes(config.model)):
        device = package.choose_device(config.device.device)
    return package.create_loader(batches, device)
