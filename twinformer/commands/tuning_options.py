"""The options that the commands have which finetune on written answers."""
from dataclasses import dataclass
from functools import partial
from typing import Literal

from .given_model import given_model, model_of_run
from .resuming import config_of_resumed

__all__ = ["LoRAConfig", "add_tuning_arguments"]

COMMON = (
    "--data", "--model", "--train", "--template", "--name", "--folder", "--backend", "--device",
    "--epochs", "--batch-size", "--accumulation", "--learning-rate", "--schedule", "--warmup",
    "--dropout", "--train-share", "--test-share", "--patience", "--log", "--seed", "--config",
    "--resume")


@dataclass(frozen=True, kw_only=True)
class LoRAConfig:
    """Low-rank corrections, for --train lora.

    Attributes
    ----------
    rank
        Of the corrections: how much they can change.
    alpha
        Corrections are scaled by alpha / rank.
    dropout
        Of what enters the corrections.
    targets
        The Linears that get one, by patterns of names: q v, attention.*,
        feed_forward.up; left out, all of the blocks, of a model with experts
        those of attention.
    """

    rank: int = 16
    alpha: float = 16.0
    dropout: float = 0.0
    targets: tuple[str, ...] = ()


def add_tuning_arguments(parser, command: str, data: str, **defaults) -> None:
    """The options that both commands have; defaults of FinetuningConfig.

    data : what --help says about the file in front
    """
    from ..configs.finetuning_config import FinetuningConfig
    from ..configs.device_config import DeviceConfig

    parser.add_argument(
        "--model", type=str, metavar="MODEL",
        help="what to finetune: a run, gpt2, qwen3-0.6b or another published size, or a "
             "folder or .gguf file with weights")
    parser.add_argument("--data", type=str, metavar="FILE", help=data)
    parser.add_argument(
        "--train", default="all",
        type=Literal["all", "lora", "last_block", "last_two_blocks", "last_layer"],
        help="which parameters learn; lora adds small corrections and leaves the rest as it is")
    parser.add_argument("--dropout", type=float, default=0.0,
                        help="share of the activations that are left out in training")
    parser.add_argument(
        "--backend", choices=["torch", "numpy"], default="torch", help="who computes it")
    parser.add_argument("--name", type=str, default="",
                        help="the new run's folder; left out, the next free number")
    parser.add_argument("--folder", type=str, default="runs", help="where runs are kept")
    parser.add_argument("--config", action="config", metavar="FILE",
                        help="settings from a YAML, JSON or TOML file; options win")
    parser.add_argument(
        "--resume", metavar="RUN", type=str,
        help="go on with this run, bit for bit; its config.yaml is read first")
    parser.add_class_arguments(FinetuningConfig, "finetuning")
    parser.add_class_arguments(LoRAConfig, "lora")
    parser.add_class_arguments(DeviceConfig, "device")
    parser.set_defaults({f"finetuning.{name}": value for name, value in defaults.items()})
    parser.bare_words = "--data"
    parser.common = COMMON
    parser.default_config = partial(default_config, parser, command)


def default_config(parser, command: str, words: list[str]) -> str | None:
    """A small model of one's own needs another recipe than GPT-2."""
    from ..architectures.traits import has_dropout
    from ..configs.recipes import SMALL, SMALL_MODELS

    if resumed := config_of_resumed(command, words):
        return resumed
    model = model_of_run(given_model(parser.configs, words, ""))
    if model and model.parameter_count() < SMALL:
        recipe = dict(SMALL_MODELS[command])
        if not has_dropout(model):
            recipe.pop("dropout", None)
        parser.set_defaults(recipe)
    return None
