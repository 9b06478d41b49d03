"""Pictures of a classifier: what it takes for what, and how sure it is of it.
"""
from collections.abc import Mapping
from typing import Any

from ..training.plot import COLORS

__all__ = ["report_figure"]


def report_figure(report: Mapping[str, Any], title: str):
    """Confusion matrix and reliability diagram of a class_report."""
    # A Figure of its own needs no display and leaves pyplot's state alone
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 4), layout="constrained")
    figure.suptitle(title)
    left, right = figure.subplots(1, 2)
    classes, confusion = list(report["classes"]), report["confusion"]
    image = left.imshow(confusion, cmap="Blues")
    figure.colorbar(image, ax=left)
    ticks = range(len(classes))
    left.set_xticks(ticks, classes, rotation=45, ha="right")
    left.set_yticks(ticks, classes)
    left.set_xlabel("predicted")
    left.set_ylabel("true")
    if len(classes) <= 10:  # more would be unreadable
        darkest = max(map(max, confusion))
        for true, row in enumerate(confusion):
            for predicted, n in enumerate(row):
                left.text(predicted, true, n, ha="center", va="center",
                          color="white" if 2 * n > darkest else "black")

    bins = report["calibration"]["bins"]
    right.plot([0, 1], [0, 1], color="grey", linestyle="--",
               label="as sure as right")
    right.bar([b["from"] for b in bins], [b["accuracy"] for b in bins],
              [b["to"] - b["from"] for b in bins], align="edge",
              color=COLORS["train"], alpha=0.5, edgecolor="white", label="right")
    right.plot([b["confidence"] for b in bins], [b["accuracy"] for b in bins],
               color=COLORS["validation"], marker="o", linestyle="",
               label="mean of a bin")
    right.set_xlabel("probability of the predicted class")
    right.set_ylabel("share that is right")
    right.set_title("expected calibration error "
                    f"{report['calibration']['error']:.3f}")
    right.legend(loc="upper left")
    return figure
