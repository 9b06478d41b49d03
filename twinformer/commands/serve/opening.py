"""From a model's name on the command line to a Service."""
import time
from pathlib import Path

import numpy as np

from ...architectures.kinds import writes
from ...backend import implementation
from ...serving.engine import Engine
from ...serving.metrics import Metrics
from ...serving.service import Service
from ..chat.opening import chat_style, classifier_of
from ..opening import open_model

__all__ = ["open_service"]


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
