"""How good a classifier is: right how often, wrong where, and as sure of
itself as it should be?

Shapes: N texts, C classes.
"""
from collections.abc import Sequence
from typing import Any

import numpy as np

from scipy.special import softmax

__all__ = ["class_report", "calibration", "probabilities_of",
           "report_as_markdown"]

BINS = 10


def probabilities_of(scores: np.ndarray) -> np.ndarray:
    """scores (N, C) -> (N, C) float64"""
    return softmax(scores.astype(np.float64), axis=-1)


def class_report(probabilities: np.ndarray, labels: np.ndarray,
                 classes: Sequence[str]) -> dict[str, Any]:
    """All figures about one part of the data, as plain JSON values.

    Parameters
    ----------
    probabilities : (N, C) float64 array
        What the model believes.
    labels : (N,) integer array
        What is true.
    classes : sequence of str
        The names of the C classes.

    Returns
    -------
    dict
        texts, accuracy, loss (nats a text), classes {name: precision, recall,
        f1, texts}, macro_f1, confusion (rows: true, columns: predicted),
        calibration. A share of nothing is 0.

    Sources: scikit-learn's metrics; `calibration`.
    """
    from sklearn import metrics  # slow to import

    C = len(classes)
    predicted = probabilities.argmax(1)                    # (N,)
    precision, recall, f1, support = metrics.precision_recall_fscore_support(
        labels, predicted, labels=range(C), zero_division=0)
    believed = np.take_along_axis(probabilities, labels[:, None], 1)
    return {
        "texts": len(labels),
        "accuracy": float(metrics.accuracy_score(labels, predicted)),
        "loss": float(-np.log(np.maximum(believed, 1e-300)).mean()),
        "macro_f1": float(f1.mean()),
        "classes": {name: {
            "precision": float(precision[c]), "recall": float(recall[c]),
            "f1": float(f1[c]), "texts": int(support[c])}
            for c, name in enumerate(classes)},
        "confusion": metrics.confusion_matrix(
            labels, predicted, labels=range(C)).tolist(),
        "calibration": calibration(probabilities, labels),
    }


def calibration(probabilities: np.ndarray, labels: np.ndarray,
                bins: int = BINS) -> dict[str, Any]:
    """Of the texts a model is 90 % sure of, are 90 % right?

        error = sum_b n_b / N |accuracy_b - confidence_b|

    over bins of equal width of the largest probability: the expected
    calibration error. Guo et al. 2017 (arXiv:1706.04599), eq. 5.
    """
    confidence = probabilities.max(1)                      # (N,)
    right = probabilities.argmax(1) == labels              # (N,)
    bin_of = np.minimum((confidence * bins).astype(int), bins - 1)
    rows, error = [], 0.0
    for b in range(bins):
        inside = bin_of == b
        n = int(inside.sum())
        if n:
            sure, hit = confidence[inside].mean(), right[inside].mean()
            error += n / len(labels) * abs(hit - sure)
            rows.append({"from": b / bins, "to": (b + 1) / bins, "texts": n,
                         "confidence": float(sure), "accuracy": float(hit)})
    return {"error": float(error), "bins": rows}


def report_as_markdown(parts: dict[str, dict], title: str) -> str:
    """{"test": class_report(...), ...} as a page to read."""
    lines = [f"# {title}", "",
             "| part | texts | accuracy | loss, nats | macro F1 "
             "| calibration error |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {name} | {part['texts']:,} | {part['accuracy']:.2%} "
        f"| {part['loss']:.4f} | {part['macro_f1']:.4f} "
        f"| {part['calibration']['error']:.4f} |"
        for name, part in parts.items()]
    for name, part in parts.items():
        lines += ["", *details(name, part)]
    return "\n".join(lines) + "\n"


def details(name: str, part: dict) -> list[str]:
    """Each class, and which was taken for which."""
    classes = list(part["classes"])
    lines = [f"## {name}", "", "| class | texts | precision | recall | F1 |",
             "|---|---|---|---|---|"]
    lines += [
        f"| {cell(label)} | {of['texts']} | {of['precision']:.4f} "
        f"| {of['recall']:.4f} | {of['f1']:.4f} |"
        for label, of in part["classes"].items()]
    lines += ["", "| true, below; predicted, right | "
              + " | ".join(map(cell, classes)) + " |",
              "|---" * (len(classes) + 1) + "|"]
    lines += [f"| **{cell(label)}** | " + " | ".join(map(str, row)) + " |"
              for label, row in zip(classes, part["confusion"], strict=True)]
    return lines


def cell(text: str) -> str:
    """A label that cannot break the table it stands in."""
    return " ".join(text.replace("|", "\\|").split())
