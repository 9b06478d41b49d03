"""What a run shows: the picture of its losses, and its progress in words."""
import io

import pytest
from rich.console import Console

from twinformer.training.evaluation import Evaluation
from twinformer.training.plot import loss_figure, plot_losses
from twinformer.training.progress import LiveProgress

RECORDS = [
    {"kind": "evaluation", "step": 0, "train_nats_per_token": 7.0, "train_bits_per_byte": 3.0,
     "validation_nats_per_token": 7.1, "validation_bits_per_byte": 3.1},
    {"kind": "step", "step": 1, "loss": 6.9, "grad_norm": 1.0, "learning_rate": 0.1},
    {"kind": "step", "step": 2, "loss": 6.5, "grad_norm": 1.0, "learning_rate": 0.1},
    {"kind": "evaluation", "step": 2, "train_nats_per_token": 6.0, "train_bits_per_byte": 2.0,
     "validation_nats_per_token": 6.1, "validation_bits_per_byte": 2.1},
]


def test_axes_are_labelled_in_both_units():
    left, right = loss_figure(RECORDS, "run-1").axes
    assert left.get_xlabel() == right.get_xlabel() == "optimizer step"
    assert left.get_ylabel() == "loss (nats per token)"
    assert right.get_ylabel() == "loss (bits per byte)"
    lines = {line.get_label(): list(line.get_ydata()) for line in left.lines}
    assert lines == {"each step": [6.9, 6.5], "train": [7.0, 6.0], "validation": [7.1, 6.1]}
    lines = {line.get_label(): list(line.get_ydata()) for line in right.lines}
    assert lines == {"train": [3.0, 2.0], "validation": [3.1, 2.1]}


@pytest.mark.parametrize("records", [[], RECORDS[:1], RECORDS])
def test_there_is_a_picture_from_the_first_evaluation_on(tmp_path, records):
    plot_losses(records, tmp_path / "loss.png", "run-1")
    assert (tmp_path / "loss.png").read_bytes().startswith(b"\x89PNG")
    assert [path.name for path in tmp_path.iterdir()] == ["loss.png"]


def shown(terminal, monkeypatch):
    file = io.StringIO()
    monkeypatch.setattr("rich.console.Console", lambda **options: Console(
        file=file, force_terminal=terminal, width=120))
    with LiveProgress() as progress:
        progress.note("reading")
        progress.begin(0, 10)
        progress.stepped(3, 4.5678, 12345.6, 0.31)
        progress.evaluated(3, Evaluation(200.0, 100, 300), Evaluation(300.0, 100, 300))
    return file.getvalue()


def test_a_terminal_gets_a_bar(monkeypatch):
    output = shown(True, monkeypatch)
    for part in ("3/10", "loss 4.568", "12,346 tokens/s", "31% MFU", "left"):
        assert part in output


def test_a_file_gets_lines(monkeypatch):
    assert shown(False, monkeypatch) == (
        "reading\n"
        "step     3   train 2.000 nats/token 0.962 bits/byte   "
        "validation 3.000 nats/token 1.443 bits/byte\n")
