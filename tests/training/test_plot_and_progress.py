"""What a run shows: the picture of its losses, and its progress in words."""
import io

import pytest
from rich.console import Console

from twinformer.training.plot import curves_figure, plot_curves
from twinformer.training.pretraining import Pretraining
from twinformer.training.progress import LiveProgress

from ..tiny_runs import tiny_config, tiny_data

RECORDS = [
    {"kind": "evaluation", "step": 0, "train_nats_per_token": 7.0, "train_bits_per_byte": 3.0,
     "validation_nats_per_token": 7.1, "validation_bits_per_byte": 3.1},
    {"kind": "step", "step": 1, "loss": 6.9, "grad_norm": 1.0, "learning_rate": 0.1},
    {"kind": "step", "step": 2, "loss": 6.5, "grad_norm": 1.0, "learning_rate": 0.1},
    {"kind": "evaluation", "step": 2, "train_nats_per_token": 6.0, "train_bits_per_byte": 2.0,
     "validation_nats_per_token": 6.1, "validation_bits_per_byte": 2.1},
]


def test_axes_are_labelled_in_both_units():
    left, right = curves_figure(RECORDS, "run-1").axes
    assert left.get_xlabel() == right.get_xlabel() == "optimizer step"
    assert left.get_ylabel() == "loss (nats per token)"
    assert right.get_ylabel() == "loss (bits per byte)"
    lines = {line.get_label(): list(line.get_ydata()) for line in left.lines}
    assert lines == {"each step": [6.9, 6.5], "train": [7.0, 6.0], "validation": [7.1, 6.1]}
    lines = {line.get_label(): list(line.get_ydata()) for line in right.lines}
    assert lines == {"train": [3.0, 2.0], "validation": [3.1, 2.1]}


@pytest.mark.parametrize("records", [[], RECORDS[:1], RECORDS])
def test_there_is_a_picture_from_the_first_evaluation_on(tmp_path, records):
    plot_curves(records, tmp_path / "loss.png", "run-1")
    assert (tmp_path / "loss.png").read_bytes().startswith(b"\x89PNG")
    assert [path.name for path in tmp_path.iterdir()] == ["loss.png"]


def shown(terminal, monkeypatch, tmp_path):
    file = io.StringIO()
    monkeypatch.setattr("rich.console.Console", lambda **options: Console(
        file=file, force_terminal=terminal, width=120))
    with LiveProgress() as progress:
        progress.note("reading")
        progress.begin(0, 10)
        task = Pretraining(tiny_data(), tiny_config(tmp_path))
        flops = task.run_config.model.flops_per_token(16)
        task.peak_flops = 12345.6 * flops / 0.31
        fields, words = task.speed(12345.6)
        assert fields == {"tokens_per_second": 12345.6,
                          "model_flops_utilisation": pytest.approx(0.31)}
        progress.stepped(3, 4.5678, words)
        progress.evaluated(3, task.words({
            "train_nats_per_token": 2.0, "train_bits_per_byte": 0.9618,
            "validation_nats_per_token": 3.0, "validation_bits_per_byte": 1.4427}))
    return file.getvalue()


def test_a_terminal_gets_a_bar(monkeypatch, tmp_path):
    output = shown(True, monkeypatch, tmp_path)
    for part in ("3/10", "loss 4.568", "12,346 tokens/s", "31% MFU", "left"):
        assert part in output


def test_a_file_gets_lines(monkeypatch, tmp_path):
    assert shown(False, monkeypatch, tmp_path) == (
        "reading\n"
        "step     3   train 2.000 nats/token 0.962 bits/byte   "
        "validation 3.000 nats/token 1.443 bits/byte\n")


def test_finetuning_has_axes_for_each_measure(tmp_path):
    """A measure that has no value yet, null in the log, is left out."""
    records = [
        {"kind": "evaluation", "step": 0, "epoch": 0.0, "train_loss": 3.0,
         "validation_loss": 4.0, "validation_accuracy": None},
        {"kind": "step", "step": 1, "loss": 2.5},
        {"kind": "evaluation", "step": 1, "epoch": 1.0, "train_loss": 2.0,
         "validation_loss": 3.0, "validation_accuracy": 0.5}]
    loss, accuracy = curves_figure(records, "instruct-1").axes
    assert loss.get_ylabel() == "loss" and accuracy.get_ylabel() == "accuracy"
    assert {line.get_label(): list(line.get_ydata()) for line in loss.lines} == {
        "each step": [2.5], "train": [3.0, 2.0], "validation": [4.0, 3.0]}
    assert [list(line.get_ydata()) for line in accuracy.lines] == [[0.5]]
