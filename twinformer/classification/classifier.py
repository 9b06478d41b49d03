"""A classifier in use: texts in, a probability for every class out.

Shapes: N texts, C classes.
"""
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..finetuning.epochs import by_length
from ..ranks import current_ranks
from ..tokenizers.tokenizer import Tokenizer
from .encoded import Reading
from .report import probabilities_of

__all__ = ["Classifier"]

BATCH = 32


class Classifier:
    """A model with its tokenizer, its classes and its way of reading.

    Parameters
    ----------
    model : a model of models/
        Of either backend, its head one row a class.
    objective : Classification
        Of the same backend.
    tokenizer : Tokenizer
    classes : sequence of str
    reading : Reading
    """

    def __init__(self, model, objective, tokenizer: Tokenizer,
                 classes: Sequence[str], reading: Reading):
        self.model, self.objective = model, objective
        self.tokenizer = tokenizer
        self.classes = list(classes)
        self.reading = reading

    def probabilities(self, texts: Sequence[str]) -> np.ndarray:
        """-> (N, C) float64, each row summing to 1

        Raises
        ------
        ValueError
            For a text that is empty or that the tokenizer cannot spell.
        """
        for number, text in enumerate(texts, 1):
            if not text.strip():
                raise ValueError(f"text {number} of {len(texts)} is empty: "
                                 "there is nothing to classify")
        return self.of_ids(list(self.tokenizer.encode_batch(texts)))

    def of_ids(self, ids: Sequence[np.ndarray]) -> np.ndarray:
        """The same for texts of token ids; similar lengths side by side."""
        ranks = current_ranks()
        found = np.zeros((len(ids), len(self.classes)))    # (N, C)
        for rows, counts in ranks.deal(by_length(list(map(len, ids)), BATCH)):
            batch = self.reading.batch([ids[row] for row in rows],
                                       np.zeros(len(rows), np.int64))
            scores = self.objective.predict(self.model, batch)
            if counts:
                found[rows] = probabilities_of(scores)
        return ranks.total(found)

    def describe(self) -> dict[str, Any]:
        """What `Classifier` needs besides model and tokenizer, for JSON."""
        objective = self.objective
        return {"classes": self.classes, "token": objective.token,
                "causal": objective.causal,
                "hide_padding": objective.hide_padding,
                "reading": self.reading._asdict()}
