"""What the commands that finetune on written answers have in common."""
import hashlib
import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from ..architectures.traits import lora_targets, with_dropout
from ..backend import implementation
from ..io.shell_words import shell_word

__all__ = ["Begun", "answer_tests", "begin", "encoded", "sample_file", "settings_of",
           "task_options", "style_of", "tuned_model", "with_template"]


@dataclass
class Begun:
    """A run that is about to train, or to go on."""

    folder: Any             # RunFolder
    opened: Any             # OpenedRun of the base
    checkpoint: Any         # Checkpoint, None at the start


def sample_file(name: str) -> Path:
    """One of the project's own samples, public domain."""
    from ..corpora.catalog import catalog_folder

    return catalog_folder() / "samples" / name


@contextmanager
def begin(arguments, kind: str) -> Iterator[Begun]:
    """The base model of a new run, or the checkpoint of one to resume.

    Raises
    ------
    ValueError, OSError
        No model is named, or it cannot be opened; there is nothing to resume.
    """
    from ..models.initialisation import parameter_shapes
    from ..backend import tokenizer_from_dict
    from ..configs.run_config import RunConfig
    from ..runs.opened_run import OpenedRun
    from ..runs.run_folder import RunFolder, checkpoint_to_resume
    from ..runs.run_names import find_run

    from ..configs.tracker_names import tracker_names
    from ..runs.trackers.tracker import check_trackers

    from .opening import open_model

    check_trackers(tracker_names(arguments.finetuning.log))
    if not 0 <= arguments.dropout < 1:
        raise ValueError(f"--dropout is a share from 0 to below 1, got {arguments.dropout}")
    if arguments.resume:
        import numpy as np

        folder, checkpoint = checkpoint_to_resume(find_run(arguments.resume, arguments.folder))
        if not checkpoint.path and "optimizer.steps" not in checkpoint.tensors:
            raise ValueError(f"{arguments.resume} is the best model of a run, to be used; its "
                             f"training goes on with --resume {shell_word(folder)}")
        shapes = parameter_shapes(checkpoint.config.model)
        opened = OpenedRun(
            folder.path, checkpoint.step, checkpoint.config,
            tokenizer_from_dict(checkpoint.tokenizer, arguments.backend),
            {name: np.zeros(shape, np.float32) for name, shape in shapes.items()},
            task=checkpoint.task)
        yield Begun(folder, opened, checkpoint)
        return
    if not arguments.model:
        raise ValueError(
            "say what to finetune: --model RUN, where RUN is the folder of a trained model "
            "(twinformer train makes one), or --model gpt2")
    with RunFolder.claim(RunConfig(name=arguments.name, folder=arguments.folder), kind) as folder:
        yield Begun(folder, open_model(arguments.model, arguments.backend), None)


def tuned_model(opened, arguments):
    """The base model, of which only what shall learn has gradients."""
    package = implementation(arguments.backend)
    model = package.model_of(
        with_dropout(opened.config.model, arguments.dropout), opened.parameters)
    if arguments.train == "lora":
        lora = arguments.lora
        package.add_lora(
            model, lora.rank, lora.alpha, lora.dropout,
            lora.targets or lora_targets(opened.config.model), seed=arguments.finetuning.seed)
    else:
        from ..models.layer_choice import layers_to_train

        package.train_only(model, layers_to_train(
            arguments.train, opened.config.model.n_layers))
    return model


def with_template(settings, opened, note):
    """The settings, with the template that the model was taught with, or one for its size."""
    if settings.template:
        return settings
    from ..chat.files import OWN
    from ..corpora.prompts import usual_template

    taught, context = opened.task.get("template"), opened.config.model.context_length
    template = usual_template(taught, context)
    if not taught and template == "qa":
        note(f"the model looks at {context} tokens: tasks are put to it in few words, as "
             "Q: ... A: ... (--template qa)")
    if template == OWN:
        note("tasks are put to the model in its own chat template, of "
             f"{opened.task['chat_template']['origin']}")
    return replace(settings, template=template)


def style_of(settings, opened):
    """The style of the settings; in a model's own template time stands still from now on."""
    from datetime import datetime

    from ..chat.files import style_named
    from ..chat.template import ChatTemplate

    style = style_named(settings.template, opened.task)
    if isinstance(style, ChatTemplate) and style.now is None:
        return replace(style, now=datetime.now())
    return style


def encoded(tasks, answers, style, opened, note):
    """The tasks that fit into the model's context, as Examples; says what was left out."""
    from ..finetuning.examples import encode_examples, require_end_of_text

    require_end_of_text(opened.tokenizer)
    context = opened.config.model.context_length
    examples, left_out = encode_examples(
        tasks, answers, style, opened.tokenizer, context)
    if left_out:
        note(f"{left_out} of {left_out + len(examples)} tasks are longer than the model's "
             f"{context} tokens and were left out")
    return examples


def data_key(splits, settings) -> str:
    """Hash of all that decides what the batches are."""
    content = [[[example.question, *example.answers, *example.earlier] for example in part]
               for part in splits]
    text = json.dumps([content, asdict(settings)])
    return hashlib.sha256(text.encode()).hexdigest()


def task_options(begun, splits, settings, style, arguments) -> dict[str, Any]:
    """What AnswerTask takes by name."""
    from .around_training import found_from_anywhere

    package = implementation(arguments.backend)
    base = found_from_anywhere(arguments.model)
    return {"tokenizer": begun.opened.tokenizer, "run_config": begun.opened.config,
            "data_key": data_key(splits, settings), "style": style, "respond": package.respond,
            "parameters": package.best_parameters(begun.folder.path / "adapter", base)}


def settings_of(arguments, section: str) -> dict[str, Any]:
    """config.yaml: what --resume and --config read."""
    from .around_training import found_from_anywhere

    names = ["data", "model", "train", "dropout", "backend"]
    content = {name: getattr(arguments, name) for name in names}
    content["data"] = found_from_anywhere(content["data"])
    for name in ("finetuning", "lora", "device", section):
        content[name] = asdict(getattr(arguments, name))
    content["lora"]["targets"] = list(content["lora"]["targets"])
    return {name: value for name, value in content.items() if value is not None}


def answer_tests(folder, task, arguments):
    """-> the best model, its step, the test part's tasks, its answers to them

    responses.json holds the answers. Without a test part the model is None.
    """
    from ..finetuning.answering import write_responses

    from .generate import build_model
    from .opening import open_model

    opened = open_model(str(folder), arguments.backend)
    tests = [example.task for example in task.splits.test]
    if not tests:
        return None, opened.step, [], []
    model, _ = build_model(opened, arguments.backend, arguments.device.device)
    answers = task.answers(model, tests)
    write_responses(folder.path / "responses.json", tests, answers)
    return model, opened.step, tests, answers
