"""The road of a model that reads: a tiny BERT is pretrained on hidden tokens by both backends,
resumed, filled in and exported; what needs a model that writes says so."""
import shutil
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

import twinformer
from parity_tests.agreement import assert_rounding
from twinformer.architectures.bert import BertConfig
from twinformer.backend import implementation
from twinformer.batches.collate import IGNORE
from twinformer.commands.train.filling import hidden_words
from twinformer.commands.train.sampling import sampler
from twinformer.configs.data_config import DataConfig
from twinformer.configs.run_config import RunConfig
from twinformer.configs.training_config import TrainingConfig
from twinformer.runs.logs import read_metrics
from twinformer.runs.opened_run import open_run
from twinformer.tokenizers.wordpiece import WordPiece
from twinformer.training.data import prepare_data
from twinformer.training.masked_pretraining import MaskedPretraining
from twinformer.training.run import run_training

from ..tiny_base import command, mistake, tasks_file
from ..tiny_run import TEXT, one_thread, tiny_run  # noqa: F401

pytestmark = pytest.mark.usefixtures("no_plots")

BACKENDS = ("numpy", "torch")
STEPS = 4
# The longest sums of a block, one after another; see test_every_kind.py
SUMS = 2 * (16 + 8 + 24 + 20) + 16


def tiny_encoder(folder, backend) -> RunConfig:
    """Four steps of two microbatches, with dropout where both draw the same: nowhere."""
    corpus = folder / "text.txt"
    corpus.write_text(TEXT * 4, "utf-8")
    return RunConfig(
        name=backend, folder=str(folder), backend=backend,
        model=BertConfig(vocab_size=2048, context_length=24, d_model=16, n_heads=2, n_layers=2,
                         d_hidden=20, dropout=0.0, attention_dropout=0.0),
        data=DataConfig(corpus=[str(corpus)], tokenizer="wordpiece", vocab_size=300),
        training=TrainingConfig(max_steps=STEPS, batch_size=2, accumulation=2, warmup_steps=1,
                                eval_interval=2, checkpoint_interval=2, eval_batches=2))


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a run of each backend."""
    folder = tmp_path_factory.mktemp("bert")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("twinformer.training.trainer.plot_curves", lambda *words: None)
        for backend in BACKENDS:
            run_training(tiny_encoder(folder, backend), make_sampler=sampler)
    return folder


def test_both_backends_learn_the_same(folder):
    """So both were asked for the same tokens, in training and in evaluations."""
    records = [read_metrics(folder / backend) for backend in BACKENDS]
    for one, other in zip(*records, strict=True):
        assert one.keys() == other.keys()
        for name in one.keys() & {"loss", "train_nats_per_hidden_token",
                                  "validation_nats_per_hidden_token"}:
            assert_rounding(np.float32(one[name]), np.float32(other[name]), STEPS * SUMS)
    assert Counter(record["kind"] for record in records[0]) == {"step": STEPS, "evaluation": 3}


@pytest.mark.parametrize("backend", BACKENDS)
@pytest.mark.parametrize("other", BACKENDS)
def test_a_resumed_run_goes_on(folder, tmp_path, backend, other):
    """Bit for bit on its own backend; on the other one up to roundings."""
    shutil.copytree(folder / backend, tmp_path / "copy")
    whole = open_run(folder / backend)
    run_training(replace(whole.config, backend=other), make_sampler=sampler,
                 resume=tmp_path / "copy" / "checkpoints" / "step-000002")
    resumed = open_run(tmp_path / "copy")
    assert resumed.step == whole.step == STEPS and resumed.config.backend == other
    for name, array in whole.parameters.items():
        if other == backend:
            np.testing.assert_array_equal(resumed.parameters[name], array, name)
        else:
            assert_rounding(resumed.parameters[name], array, STEPS * SUMS, 1.0, name)
    if other == backend:
        for name in ("metrics.jsonl", "samples.txt"):
            assert (tmp_path / "copy" / name).read_bytes() == (
                folder / backend / name).read_bytes()


class Listener:
    """A learner that only notes what it is asked."""

    def __init__(self):
        self.batches = []

    def evaluate(self, batch):
        self.batches.append(batch)
        return 3.0, int((batch.targets != IGNORE).sum())


def task(folder, **training):
    run = open_run(folder / "numpy")
    config = replace(run.config, training=replace(run.config.training, **training))
    data = prepare_data(config.data, folder / ".cache", key=run.data_key)
    return MaskedPretraining(data, config)


def test_what_is_hidden_follows_from_seed_step_and_microbatch(folder):
    first, again, other = (task(folder, seed=seed).microbatches(0, {}) for seed in (1, 1, 2))
    seen = [next(first) for _ in range(3)]
    for step in seen:
        for one, two in zip(step.microbatches, next(again).microbatches, strict=True):
            for a, b in zip(one, two, strict=True):
                np.testing.assert_array_equal(a, b)
    later = next(task(folder, seed=1).microbatches(2, seen[1].state))
    for one, two in zip(seen[2].microbatches, later.microbatches, strict=True):
        np.testing.assert_array_equal(one.inputs, two.inputs)
    places = [(batch.targets != IGNORE).tobytes() for step in [*seen, next(other)]
              for batch in step.microbatches]
    assert len(set(places)) == len(places) == 8


def test_an_evaluation_asks_for_the_same_whatever_the_seed(folder):
    listeners = [Listener(), Listener()]
    found = [task(folder, seed=seed).evaluate(listener)
             for seed, listener in zip((1, 2), listeners, strict=True)]
    assert found[0] == found[1]
    assert found[0].keys() == {"train_nats_per_hidden_token", "validation_nats_per_hidden_token"}
    one, other = (listener.batches for listener in listeners)
    assert len(one) == len(other) == 4
    for a, b in zip(one, other, strict=True):
        np.testing.assert_array_equal(a.inputs, b.inputs)
    asked = sum(int((batch.targets != IGNORE).sum()) for batch in one[:2])
    assert found[0]["train_nats_per_hidden_token"] == 6.0 / asked


@pytest.mark.parametrize("backend", BACKENDS)
def test_samples_fill_in_what_was_hidden(folder, backend):
    samples = (folder / backend / "samples.txt").read_text("utf-8")
    assert samples.count("=== step") == 3
    assert samples.count("(there stood: ") == samples.count("    [MASK] = ") == 9
    run = open_run(folder / backend)
    model = twinformer.load_pretrained(folder / backend, backend=backend)
    *_, text, said = samples.strip().splitlines()
    text, _, _ = text.partition("   (")
    fillings, = implementation(backend).fill_mask(model, run.tokenizer, text, 3)
    assert said == "    [MASK] = " + ", ".join(
        f"{filling.text.strip()} {filling.probability:.0%}" for filling in fillings)


def test_hidden_words_are_words_of_the_text():
    tokenizer = WordPiece.train(TEXT, 100, at_most=True)
    ids = np.array(tokenizer.encode(TEXT))
    for context in (3, 4, 12, 64):
        found = hidden_words(tokenizer, ids, context)
        assert len(found) == 3
        for text, hidden in found:
            assert text.count("[MASK]") == 1 and hidden in tokenizer.decode(ids)
            assert len(tokenizer.encode(text, allowed_special={"[MASK]"})) == min(14, context - 2)
    assert hidden_words(tokenizer, ids[:5], 64) == []


def test_transformers_opens_it(folder, tmp_path, capsys):
    import torch
    import transformers

    code, _, err = command(capsys, "export", folder / "numpy", tmp_path / "out")
    assert code == 0, err
    theirs = transformers.BertForMaskedLM.from_pretrained(tmp_path / "out").eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(tmp_path / "out")
    ids = np.array([tokenizer("The quick [MASK] fox")["input_ids"]])
    ours = twinformer.load_pretrained(folder / "numpy", backend="numpy")
    hidden, _ = ours.forward(ids)
    expected, _ = ours.head.forward(hidden)
    with torch.no_grad():
        found = theirs(torch.tensor(ids)).logits.numpy()
    assert_rounding(found, expected, SUMS, np.abs(expected).max())


def test_the_command_says_what_comes_next(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text(TEXT * 4, "utf-8")
    words = ["train", "a.txt", "--kind", "bert", "--d-model", "16", "--max-steps", "1",
             "--vocab-size", "300", "--sample-prompt", "The [MASK] fox [MASK]"]
    code, out, err = command(capsys, *words)
    assert code == 0, err
    assert "nats/hidden token" in out and "bits" not in out
    assert out.count("    [MASK] = ") == 2
    assert "twinformer export runs/run-1 FOLDER" in out and "twinformer generate" not in out
    assert command(capsys, "train", "--resume", "run-1", "--max-steps", "2")[0] == 0


@pytest.mark.parametrize("words", [
    ["generate"], ["ask", "Hello"], ["instruct", "tasks.json", "--model"],
    ["dpo", "tasks.json", "--model"], ["evaluate", "perplexity", "--data", "a.txt"],
    ["evaluate", "choices", "q.jsonl"], ["walk", "quick", "--model"],
    ["divergence", "--text", "quick", "--model"], ["classify", "a.csv", "--model"]],
    ids=lambda words: " ".join(words[:2]))
def test_what_needs_a_model_that_writes_says_so(folder, tmp_path, monkeypatch, capsys, words):
    monkeypatch.chdir(tmp_path)
    tasks_file(tmp_path / "tasks.json", 20)
    (tmp_path / "a.txt").write_text(TEXT, "utf-8")
    (tmp_path / "q.jsonl").write_text(
        '{"ctx": "The", "endings": [" a", " b", " c", " d"], "label": 0}', "utf-8")
    (tmp_path / "a.csv").write_text("text,label\n" + "good,1\nbad,0\n" * 20, "utf-8")
    run = folder / "numpy"
    if words[0] == "divergence":
        words = ["divergence", run, run, *words[1:-1]]
    elif words[-1] == "--model":
        words = [*words, run]
    else:
        at = 2 if words[0] == "evaluate" else 1
        words = [*words[:at], run, *words[at:]]
    code, _, err = command(capsys, *words)
    assert code == 2
    assert "is a bert: it finds hidden tokens and does not write" in err
    assert "twinformer export" in err


@pytest.mark.parametrize(("words", "message"), [
    (["--tokenizer", "bytes"], "BERT's texts need the tokens [CLS], [SEP], [MASK], [PAD]; this "
     "tokenizer has no [CLS], [SEP], [MASK], [PAD]: take that of a BERT, or --tokenizer "
     "wordpiece, which learns one from the texts"),
    (["--context-length", "2"], "model.context_length must be at least 3, got 2"),
    (["--sample-prompt", "The fox"], "--sample-prompt 'The fox': there is nothing to fill in: "
     "write [MASK]"),
    (["--vocabulary-multiple", "8"], "leave it out"),
])
def test_mistakes_are_named(tmp_path, monkeypatch, capsys, words, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.txt").write_text(TEXT * 4, "utf-8")
    code, _, err = command(capsys, "train", "a.txt", "--kind", "bert", *words)
    assert code == 2 and message in err
    assert not (tmp_path / "runs" / "run-1").exists()


def test_no_gpt_becomes_a_bert(tmp_path, capsys):
    run = tiny_run(tmp_path, steps=1)
    said = mistake(capsys, "train", "--resume", run, "--kind", "bert", "--max-steps", "2")
    assert "is a gpt2, and cannot become a bert" in said
