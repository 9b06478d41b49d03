"""A base model small enough to finetune in a second, and tasks for it."""
import json
from pathlib import Path

import pytest

from twinformer.models.config import GPT2Config
from twinformer.configs.data_config import DataConfig
from twinformer.configs.run_config import RunConfig
from twinformer.configs.training_config import TrainingConfig
from twinformer.training.run import run_training
from twinformer.commands.main import main

from .tiny_run import TEXT

WORDS = ["yes", "no", "perhaps", "never", "soon", "here", "there", "now"]


@pytest.fixture
def plots():
    """A test that asks for it draws its curves."""


@pytest.fixture
def no_plots(request, monkeypatch):
    """Use it: to draw takes longer than to train here."""
    if "plots" not in request.fixturenames:
        monkeypatch.setattr("twinformer.training.trainer.plot_curves", lambda *words: None)


def tiny_base(folder: Path, tokenizer: str = "bytes", times: int = 4) -> Path:
    """Train a tiny model of 128 bytes by the reference; its run's folder."""
    corpus = folder / "corpus.txt"
    corpus.write_text(TEXT * times, encoding="utf-8")
    config = RunConfig(
        name=f"base-{tokenizer}", folder=str(folder), backend="numpy",
        model=GPT2Config(vocab_size=2048, context_length=128, d_model=16, n_heads=2, n_layers=2,
                         dropout=0.1, tie_embeddings=False),
        data=DataConfig(corpus=[str(corpus)], tokenizer=tokenizer, vocab_size=300),
        training=TrainingConfig(max_steps=2, batch_size=2, warmup_steps=1, eval_interval=0,
                                eval_batches=1, sample_tokens=0))
    return run_training(config).folder.path


def tasks_file(path: Path, count: int = 40, **changes) -> Path:
    """Instructions with both answers; changes = {number: entry}."""
    entries = [{"instruction": f"Say {WORDS[n % 8]}", "input": "aloud" * (n % 2),
                "output": WORDS[n % 8], "chosen": WORDS[n % 8] + "!", "rejected": "what?"}
               for n in range(count)]
    for number, change in changes.items():
        entries[int(number.lstrip("_"))] |= change
    path.write_text(json.dumps(entries), encoding="utf-8")
    return path


def command(capsys, *words):
    """Exit code, standard output, standard error of one command line."""
    capsys.readouterr()
    code = main([*map(str, words)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def without_hint(err: str) -> str:
    """Standard error, but for what is said of a new model's bytes that form no character."""
    return "".join(line for line in err.splitlines(keepends=True)
                   if not line.startswith("\ufffd stands for"))


def mistake(capsys, *words) -> str:
    """The one line that a mistake is answered with."""
    code, _, err = command(capsys, *words)
    assert code == 2 and err.count("\n") == 1, err
    return err.removeprefix("twinformer: error: ")
