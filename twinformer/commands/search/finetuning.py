"""What the searches for finetunings have in common: one trial of theirs, and what is varied."""
import copy
from typing import Any

from ...architectures.traits import has_dropout
from .searched import RELATIVE, around

__all__ = ["FIXED", "PLAIN", "MEASURED", "trained", "usual_space", "with_dropout_if_any"]

MEASURED = "it changes what the trials are measured on, so that they could not be compared"

# Settings of instruct and dpo that are in no section
PLAIN: dict[str, Any] = {"dropout": float, "train": str, "model": str}

FIXED = {"data": MEASURED, "train_share": MEASURED, "test_share": MEASURED,
         "eval_examples": MEASURED,
         "eval_interval": "trials are compared evaluation by evaluation",
         "samples": "it has nothing to do with learning",
         "max_new_tokens": "it has nothing to do with learning"}


def usual_space(arguments) -> dict[str, str]:
    """The learning rate, how it begins, and what LoRA can change."""
    space = {"finetuning.learning_rate": around(arguments.finetuning.learning_rate, *RELATIVE),
             "finetuning.batch_size": "4,8,16",
             "finetuning.warmup": "0.0:0.2",
             "finetuning.weight_decay": "log:0.003:0.3"}
    if arguments.train == "lora":
        space |= {"lora.rank": "4,8,16,32", "lora.alpha": "log:4:64"}
    return space


def with_dropout_if_any(space: dict[str, str], model: Any) -> dict[str, str]:
    """And dropout, where the model has it."""
    if model is not None and has_dropout(model):
        space["dropout"] = "0.0:0.2"
    return space


def trained(arguments, kind: str, section: str, task_and_learner, runs, name, progress) -> int:
    """One trial of instruct or dpo: all but the test."""
    from ...training.trainer import Trainer
    from ..tuning import begin, settings_of

    arguments = copy.copy(arguments)    # the template is filled in
    arguments.name, arguments.folder, arguments.resume = name, runs.as_posix(), None
    with begin(arguments, kind) as begun:
        task, learner = task_and_learner(arguments, begun, progress.note)
        task.sample = nothing
        begun.folder.write_config(settings_of(arguments, section))
        return Trainer(learner, task, begun.folder, progress=progress).train()


def nothing(learner, step: int) -> str:
    """The sample of a trial: nobody reads it."""
    return ""
