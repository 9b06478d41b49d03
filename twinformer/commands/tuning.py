"""What the commands that finetune on written answers have in common."""
import hashlib
import json
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

from ..backend import implementation

__all__ = ["Begun", "LoRAConfig", "add_tuning_arguments", "begin", "data_key", "encoded",
           "resumed_config", "sample_file", "tuned_model", "write_settings"]


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
        The Linears that get one, by patterns of names.
    """

    rank: int = 16
    alpha: float = 16.0
    dropout: float = 0.0
    targets: tuple[str, ...] = ("blocks.*",)


@dataclass
class Begun:
    """A run that is about to train, or to go on."""

    folder: Any             # RunFolder
    opened: Any             # OpenedRun of the base
    checkpoint: Any         # Checkpoint, None at the start


def add_tuning_arguments(parser, section: str, **defaults) -> None:
    """The options that both commands have; defaults of FinetuningConfig.

    section : the name of the command's own settings in config.yaml
    """
    from ..configs.finetuning_config import FinetuningConfig
    from ..configs.device_config import DeviceConfig

    parser.add_argument(
        "--model", type=str, metavar="MODEL",
        help="what to finetune: a run's folder, gpt2, gpt2-medium, gpt2-large, gpt2-xl, or a "
             "folder with weights")
    parser.add_argument("--data", type=str, metavar="FILE", help="the same as the file in front")
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
    parser.default_config = partial(resumed_config, section)


def resumed_config(section: str, words: list[str]) -> str | None:
    """--resume RUN: the settings of the run come before the options.

    Raises
    ------
    ValueError
        It is a run of another command: its settings have no such section.
    """
    import yaml

    from .train import default_config

    path = default_config(words)
    if path and section not in (yaml.safe_load(Path(path).read_text("utf-8")) or {}):
        raise ValueError(f"{Path(path).parent} is not a run of this command; the command that "
                         "began it can resume it")
    return path


def sample_file(name: str) -> Path:
    """One of the project's own samples, public domain."""
    from ..corpora.catalog import catalog_folder

    return catalog_folder() / "samples" / name


def begin(arguments, kind: str) -> Begun:
    """The base model of a new run, or the checkpoint of one to resume.

    Raises
    ------
    ValueError, OSError
        No model is named, or it cannot be opened; there is nothing to resume.
    """
    from ..models.initialisation import parameter_shapes
    from ..backend import tokenizer_from_dict
    from ..configs.run_config import RunConfig
    from ..runs.run_folder import OpenedRun, RunFolder, newest_checkpoint

    from .opening import open_model

    if not 0 <= arguments.dropout < 1:
        raise ValueError(f"--dropout is a share from 0 to below 1, got {arguments.dropout}")
    if arguments.resume:
        import numpy as np

        folder, checkpoint = newest_checkpoint(Path(arguments.resume))
        if "optimizer.steps" not in checkpoint.tensors:
            raise ValueError(f"{arguments.resume} is the best model of a run, to be used; its "
                             f"training goes on with --resume {folder}")
        shapes = parameter_shapes(checkpoint.config.model)
        opened = OpenedRun(
            folder.path, checkpoint.step, checkpoint.config,
            tokenizer_from_dict(checkpoint.tokenizer, arguments.backend),
            {name: np.zeros(shape, np.float32) for name, shape in shapes.items()})
        return Begun(folder, opened, checkpoint)
    if not arguments.model:
        raise ValueError(
            "say what to finetune: --model RUN, where RUN is the folder of a trained model "
            "(twinformer train makes one), or --model gpt2")
    folder = RunFolder.choose(RunConfig(name=arguments.name, folder=arguments.folder), kind)
    return Begun(folder, open_model(arguments.model, arguments.backend), None)


def tuned_model(opened, arguments):
    """The base model, of which only what shall learn has gradients."""
    package = implementation(arguments.backend)
    model = package.model_of(
        replace(opened.config.model, dropout=arguments.dropout), opened.parameters)
    if arguments.train == "lora":
        lora = arguments.lora
        package.add_lora(
            model, lora.rank, lora.alpha, lora.dropout, lora.targets,
            seed=arguments.finetuning.seed)
    else:
        from ..models.layer_choice import layers_to_train

        package.train_only(model, layers_to_train(
            arguments.train, opened.config.model.n_layers))
    return model


def encoded(parts, answers, settings, opened, note):
    """Splits of tasks as Splits of Examples; says what was left out."""
    from ..finetuning.examples import Splits, encode_examples, require_end_of_text
    from ..corpora.prompts import prompt_style

    require_end_of_text(opened.tokenizer)
    context = opened.config.model.context_length
    kept, left_out = [], 0
    for part in parts:
        examples, too_long = encode_examples(
            part, answers, prompt_style(settings.template), opened.tokenizer, context)
        kept.append(examples)
        left_out += too_long
    if left_out:
        note(f"{left_out} of {sum(map(len, parts))} tasks are longer than the model's {context} "
             "tokens and were left out")
    return Splits(*kept)


def data_key(splits, settings) -> str:
    """Hash of all that decides what the batches are."""
    content = [[[example.question, *example.answers] for example in part] for part in splits]
    text = json.dumps([content, asdict(settings)])
    return hashlib.sha256(text.encode()).hexdigest()


def write_settings(folder: Path, arguments, section: str) -> None:
    """config.yaml: what --resume and --config read."""
    import yaml

    from ..io.files import write_atomically

    names = ["data", "model", "train", "dropout", "backend"]
    content = {name: getattr(arguments, name) for name in names}
    content["data"] = Path(content["data"]).resolve().as_posix()  # found from any folder
    for name in ("finetuning", "lora", "device", section):
        content[name] = asdict(getattr(arguments, name))
    content["lora"]["targets"] = list(content["lora"]["targets"])
    write_atomically(folder / "config.yaml", yaml.safe_dump(
        {name: value for name, value in content.items() if value is not None}, sort_keys=False,
        allow_unicode=True))
