"""What a conversation needs of a model besides the model: its template, or its classes."""
from pathlib import Path
from typing import Any

__all__ = ["chat_style", "classifier_of"]


def chat_style(opened: Any, template: str | None) -> tuple[str, Any]:
    """The template of a model's conversations, and its name: what was asked for, else the
    model's own, else the usual one."""
    from ...chat.files import style_named
    from ...corpora.prompts import usual_template

    name = template or usual_template(opened.task.get("template"),
                                      opened.config.model.context_length)
    return name, style_named(name, opened.task)


def classifier_of(source: str, backend: str, device: str) -> Any:
    """The Classifier of a run of twinformer classify; None where it is something else."""
    from ...runs.checkpoint import checkpoints_in, load_checkpoint
    from ...runs.run_names import find_run
    from ..classify.judging import opened_classifier
    from ..classify.prediction import kind_of

    try:
        found = checkpoints_in(find_run(Path(source)) / "best")
    except FileNotFoundError:
        return None
    if not found or kind_of(found[-1] / "checkpoint.json") != "classification":
        return None
    return opened_classifier(load_checkpoint(found[-1]), backend, device)
