"""The README's chain with nothing but defaults: train, instruct, dpo, ask, each by the command
that the one before printed."""
import shlex

import pytest

from twinformer.commands.main import main
from twinformer.commands.tuning import sample_file
from twinformer.io.text_files import read_text

pytestmark = pytest.mark.usefixtures("no_plots")

# As the defaults, but for the size: the context is theirs
SMALL = ["--max-steps", "2", "--d-model", "16", "--n-heads", "2", "--n-layers", "1",
         "--data.vocab_size", "800", "--sample-tokens", "2", "--eval-batches", "1"]
QUICK = ["--epochs", "1", "--max-new-tokens", "2", "--samples", "0"]


def printed(out: str, what: str) -> list[str]:
    """The words of a command that was printed, as a shell reads them."""
    (line,) = [line for line in out.splitlines() if line.startswith(what + "  ")]
    program, *words = shlex.split(line.removeprefix(what))
    assert program == "twinformer"
    return words


def said(capsys, *words) -> str:
    assert main([*words]) == 0
    return capsys.readouterr().out


def test_from_nothing_to_an_answer(tmp_path, monkeypatch, capsys):
    """With a text of our own; the run's name has a space and a quote in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    text = read_text(sample_file("stories-en.txt"))[:60_000]
    (tmp_path / "my corpus.txt").write_text(text, "utf-8")
    out = said(capsys, "train", "--corpus", "my corpus.txt", "--name", "it's my run", *SMALL)
    assert said(capsys, *printed(out, "continue a text"), "--max-new-tokens", "2")
    assert "step     3" in said(capsys, *printed(out, "train it longer"), "--max-steps", "3")

    out = said(capsys, "instruct", "--model", "runs/it's my run", "--name", "a b", *QUICK)
    assert "the model looks at 64 tokens" in out and "of 530 tasks are longer" in out
    assert said(capsys, *printed(out, "ask it"), "--max-new-tokens", "2")
    assert "ROUGE" in said(capsys, *printed(out, "score its answers"))
    out = said(capsys, *printed(out, "learn preferences"), "--name", "c & d", *QUICK)
    assert (tmp_path / "runs" / "c & d" / "test.json").exists()
    assert said(capsys, *printed(out, "ask it"), "--max-new-tokens", "2")
