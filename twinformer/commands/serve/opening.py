"""From a model's name on the command line to a Service."""
import time
from pathlib import Path
from typing import Any

import numpy as np

from ...architectures.kinds import writes
from ...backend import implementation
from ...serving.engine import Engine
from ...serving.metrics import Metrics
from ...serving.service import Service
from ..opening import open_model

__all__ = ["chat_style", "classifier_of", "open_service"]


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


def open_service(source: str, *, name: str | None, backend: str, device: str,
                 template: str | None, metrics: Metrics, max_texts: int,
                 max_waiting: int) -> tuple[Service, str]:
    """The service of a run or of weights from elsewhere, its engine not yet started; and where
    it computes.

    Raises
    ------
    FileNotFoundError, ConnectionError, ValueError
        As ``open_model``.
    """
    called = name or Path(source).name or source
    created = int(time.time())
    if classifier := classifier_of(source, backend, device):
        return Service(called, classifier.tokenizer, classifier.model.config, created=created,
                       classifier=classifier, about="it tells classes: POST /classify"), backend
    package = implementation(backend)
    opened = open_model(source, backend, to_write=False)
    model, where = package.placed(
        package.model_of(opened.config.model, opened.parameters), device)
    service = Service(called, opened.tokenizer, opened.config.model, created=created)
    if writes(opened.config.model):
        service.engine = Engine(package.RunningBatch(model), opened.tokenizer,
                                implementation("numpy"), max_texts=max_texts,
                                max_waiting=max_waiting, watch=metrics.stepped)
        _, service.style = chat_style(opened, template)
        service.next_logits = lambda ids: np.asarray(
            package.RunningBatch(model).add([ids]))[0]
        service.attention = lambda ids: np.asarray(package.attention_maps(model, ids))
        service.folder = opened.folder if opened.step else None
    else:
        service.about = "it reads whole texts: POST /v1/embeddings"
        service.encoder = lambda texts: package.text_vectors(model, opened.tokenizer, texts)
    return service, where
