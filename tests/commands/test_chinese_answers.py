"""Instructions in Chinese: the template is kept, whoever asks, and one is told of it."""
import json

import pytest

from twinformer.corpora.prompts import ALPACA_ZH
from twinformer.runs.checkpoint import load_checkpoint

from ..tiny_base import command, tiny_base

pytestmark = pytest.mark.usefixtures("no_plots")
TOLD = "most tasks are in Chinese; --template alpaca-zh"


@pytest.fixture
def start(tmp_path):
    """Tasks so short that the tiny model's context has room for the template."""
    file = tmp_path / "任务.json"
    file.write_text(json.dumps([{"instruction": "问？", "output": "我"}] * 40), encoding="utf-8")
    return ["instruct", file, "--model", tiny_base(tmp_path), "--folder", tmp_path / "runs",
            "--name", "中文", "--epochs", 1, "--max-new-tokens", 5, "--device", "cpu",
            "--samples", 1]


def test_the_template_is_the_runs(start, tmp_path, capsys, monkeypatch):
    code, out, err = command(capsys, *start, "--template", "alpaca-zh")
    assert (code, err) == (0, "") and TOLD not in out
    run = tmp_path / "runs" / "中文"
    (best,) = (run / "best").iterdir()
    assert load_checkpoint(best).task["template"] == "alpaca-zh"
    asked = []

    def answer(model, tasks, style, *about, **options):
        asked.append((tasks[0].instruction, style))
        return ["好"]
    monkeypatch.setattr("twinformer.finetuning.answering.answer_tasks", answer)
    assert command(capsys, "ask", run, "问？")[:2] == (0, "好\n")
    assert asked == [("问？", ALPACA_ZH)]


def test_english_words_around_chinese_tasks_are_told(start, capsys):
    _, out, _ = command(capsys, *start, "--template", "alpaca")
    assert TOLD in out
