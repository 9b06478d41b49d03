"""Pictures of a classifier: what it takes for what, and how sure it is of it.
"""
from collections.abc import Mapping
from typing import Any

from ..io.figures import in_any_script

__all__ = ["report_figure"]


@in_any_script
def report_figure(report: Mapping[str, Any], title: str):
    """Confusion matrix and reliability diagram of a class_report."""
    import numpy as np
    # A Figure of its own needs no display and leaves pyplot's state alone
    from matplotlib.figure import Figure
    from sklearn.calibration import CalibrationDisplay
    from sklearn.metrics import ConfusionMatrixDisplay

    figure = Figure(figsize=(10, 4), layout="constrained")
    figure.suptitle(title)
    left, right = figure.subplots(1, 2)
    classes = list(report["classes"])
    ConfusionMatrixDisplay(np.array(report["confusion"]),
                           display_labels=classes).plot(
        ax=left, cmap="Blues", xticks_rotation=45,
        include_values=len(classes) <= 10)     # more would be unreadable

    bins = report["calibration"]["bins"]
    accuracy = np.array([b["accuracy"] for b in bins])
    confidence = np.array([b["confidence"] for b in bins])
    CalibrationDisplay(accuracy, confidence, confidence).plot(
        ax=right, name="mean of a bin")
    right.set_xlabel("probability of the predicted class")
    right.set_ylabel("share that is right")
    right.set_title("expected calibration error "
                    f"{report['calibration']['error']:.3f}")
    return figure
