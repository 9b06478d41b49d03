"""Classification as a task for the trainer: its batches, and how well the
model does at each evaluation."""
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..configs.finetuning_config import FinetuningConfig
from ..finetuning.example_task import ExampleTask
from .classifier import Classifier
from .encoded import Encoded
from .report import class_report

__all__ = ["ClassificationTask"]


class ClassificationTask(ExampleTask):
    """Learn to tell the classes of one part of the data, judged by another.

    Parameters
    ----------
    classifier : Classifier
        Its model is the one that is finetuned.
    train, validation : Encoded
    training : FinetuningConfig
    about
        run_config, data_key, parameters: as for ExampleTask.
    """

    kind = "classification"

    def __init__(self, classifier: Classifier, train: Encoded,
                 validation: Encoded, training: FinetuningConfig, **about):
        width = classifier.reading.width
        super().__init__([min(len(ids), width) for ids in train.ids],
                         training, tokenizer=classifier.tokenizer, **about)
        self.classifier = classifier
        self.train, self.validation = train, validation
        self.sampled = sample(train, len(validation.labels))

    def describe(self) -> dict[str, Any]:
        return {"kind": self.kind} | self.classifier.describe()

    def batch(self, indices: np.ndarray | Sequence[int]):
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


def sample(part: Encoded, most: int) -> Encoded:
    """At most so many texts of a part, evenly spread over it."""
    n = len(part.labels)
    rows = np.arange(min(n, most)) * n // max(1, min(n, most))
    return Encoded([part.ids[row] for row in rows], part.labels[rows])
