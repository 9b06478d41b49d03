"""Classification as a task for the finetuner: its batches, and how well the
model does at each evaluation."""
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..configs.run_config import RunConfig
from .classifier import Classifier
from .encoded import Encoded
from .report import class_report

__all__ = ["ClassificationTask"]


class ClassificationTask:
    """Learn to tell the classes of one part of the data, judged by another.

    Parameters
    ----------
    classifier : Classifier
        Its model is the one that is finetuned.
    train, validation : Encoded
    data_key : str
        Hash of the texts, their labels and the split.
    run_config : RunConfig
        Of the base model.
    parameters : callable
        model -> {name: array} of a plain model: LoRA merged.
    """

    kind = "classification"

    def __init__(self, classifier: Classifier, train: Encoded,
                 validation: Encoded, data_key: str, run_config: RunConfig,
                 parameters):
        self.classifier = classifier
        self.tokenizer = classifier.tokenizer
        self.train, self.validation = train, validation
        self.data_key, self.run_config = data_key, run_config
        self.parameters = parameters
        width = classifier.reading.width
        self.lengths = [min(len(ids), width) for ids in train.ids]
        self.sampled = sample(train, len(validation.labels))

    def describe(self) -> dict[str, Any]:
        return {"kind": self.kind} | self.classifier.describe()

    def batch(self, indices: Sequence[int]):
        """A ClassificationBatch of these training texts."""
        return self.classifier.reading.batch(
            [self.train.ids[i] for i in indices], self.train.labels[indices])

    def evaluate(self, learner) -> dict[str, float]:
        """Loss (nats a text) and accuracy on the validation texts, and on as
        many of those that are learned from."""
        return {f"{name}_{what}": report[what]
                for name, report in (("train", self.report(self.sampled)),
                                     ("validation",
                                      self.report(self.validation)))
                for what in ("loss", "accuracy")}

    def report(self, part: Encoded) -> dict[str, Any]:
        """Everything about the model on one part: class_report."""
        probabilities = self.classifier.of_ids(part.ids)   # (N, C)
        return class_report(probabilities, part.labels,
                            self.classifier.classes)

    def score(self, metrics: dict[str, float]) -> float:
        """Lower is better."""
        return metrics["validation_loss"]

    def sample(self, learner, step: int) -> str:
        """A classifier writes nothing."""
        return ""


def sample(part: Encoded, most: int) -> Encoded:
    """At most so many texts of a part, evenly spread over it."""
    n = len(part.labels)
    rows = np.arange(min(n, most)) * n // max(1, min(n, most))
    return Encoded([part.ids[row] for row in rows], part.labels[rows])
