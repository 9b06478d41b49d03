"""loss.png: how the losses fell, in nats per token and in bits per byte."""
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ..io.figures import in_any_script, save_figure

__all__ = ["loss_figure", "plot_losses"]

TRAIN, VALIDATION = "#1f77b4", "#d95f02"


def plot_losses(
    records: Sequence[Mapping[str, Any]], path: Path, title: str
) -> None:
    """Draw the records of metrics.jsonl into a PNG file."""
    save_figure(loss_figure(records, title), path)


@in_any_script
def loss_figure(records: Sequence[Mapping[str, Any]], title: str):
    """The records of metrics.jsonl as a matplotlib Figure.

    Left, in nats per token, the loss of every step and both evaluations;
    right the evaluations in bits per byte, which compare across tokenizers.
    """
    # A Figure of its own needs no display and leaves pyplot's state alone
    from matplotlib.figure import Figure

    steps = [record for record in records if record["kind"] == "step"]
    evaluations = [r for r in records if r["kind"] == "evaluation"]
    figure = Figure(figsize=(10, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    figure.suptitle(title)

    left.plot([r["step"] for r in steps], [r["loss"] for r in steps],
              color=TRAIN, alpha=0.3, linewidth=0.8, label="each step")
    for axes, unit in ((left, "nats_per_token"), (right, "bits_per_byte")):
        for split, color in (("train", TRAIN), ("validation", VALIDATION)):
            axes.plot([r["step"] for r in evaluations],
                      [r[f"{split}_{unit}"] for r in evaluations],
                      color=color, marker="o", markersize=3, label=split)
        axes.set_xlabel("optimizer step")
        axes.grid(alpha=0.3)
        axes.legend()
    left.set_ylabel("loss (nats per token)")
    right.set_ylabel("loss (bits per byte)")
    return figure
