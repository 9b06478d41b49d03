"""loss.png: how a training went, one picture for each measure."""
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..io.figures import in_any_script, save_figure

__all__ = ["curves_figure", "plot_curves"]

COLORS = {"train": "#1f77b4", "validation": "#d95f02", "test": "#7570b3"}
LABELS = {"nats_per_token": "loss (nats per token)",
          "nats_per_hidden_token": "loss (nats per hidden token)",
          "bits_per_byte": "loss (bits per byte)"}


def plot_curves(records: Sequence[Mapping[str, Any]], path: Path,
                title: str) -> None:
    """Draw the records of metrics.jsonl into a PNG file."""
    save_figure(curves_figure(records, title), path)


@in_any_script
def curves_figure(records: Sequence[Mapping[str, Any]], title: str):
    """The records of metrics.jsonl as a matplotlib Figure.

    A metric is called split_measure, such as validation_accuracy: every
    measure has its own axes, on which each split is a line. The loss of
    every step lies under the others of the first measure.
    """
    # A Figure of its own needs no display and leaves pyplot's state alone
    from matplotlib.figure import Figure

    steps = [r for r in records if r["kind"] == "step"]
    evaluations = [r for r in records if r["kind"] == "evaluation"]
    measures = measures_of(evaluations)
    figure = Figure(figsize=(5 * max(1, len(measures)), 4),
                    layout="constrained")
    figure.suptitle(title)
    all_axes = figure.subplots(1, max(1, len(measures)), squeeze=False)[0]
    for axes, (measure, splits) in zip(all_axes, measures.items()):
        if axes is all_axes[0]:
            axes.plot([r["step"] for r in steps], [r["loss"] for r in steps],
                      color=COLORS["train"], alpha=0.3, linewidth=0.8,
                      label="each step")
        for split in splits:
            points = [(r["step"], r[f"{split}_{measure}"])
                      for r in evaluations
                      if r.get(f"{split}_{measure}") is not None]
            axes.plot(*zip(*points), color=COLORS[split], marker="o",
                      markersize=3, label=split)
        axes.set_xlabel("optimizer step")
        axes.set_ylabel(LABELS.get(measure, measure.replace("_", " ")))
        axes.grid(alpha=0.3)
        axes.legend()
    return figure


def measures_of(evaluations) -> dict[str, list[str]]:
    """{"loss": ["train", "validation"], "accuracy": [...]}, as they came"""
    found: dict[str, list[str]] = {}
    for record in evaluations:
        for name, value in record.items():
            split, _, measure = name.partition("_")
            if split in COLORS and measure and value is not None:
                splits = found.setdefault(measure, [])
                if split not in splits:
                    splits.append(split)
    return found
