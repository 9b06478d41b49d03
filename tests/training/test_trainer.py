"""The trainer's books: logs, evaluations, checkpoints, interruptions; with a
learner of one number that notices every batch it is fed."""
import json
import math
import os
import signal

import numpy as np
import pytest

from twinformer.runs.checkpoint import (
    checkpoints_in, load_checkpoint, save_checkpoint,
)
from twinformer.training.evaluation import evaluate
from twinformer.runs.logs import Logs, read_metrics
from numpy_impl.text.loader import create_loader
from twinformer.training.pretraining import Pretraining
from twinformer.training.progress import Progress
from twinformer.runs.run_folder import RunFolder, newest_checkpoint
from twinformer.training.schedule import learning_rate_at
from twinformer.training.trainer import Trainer

from ..tiny_runs import FakeLearner, tiny_config, tiny_data


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    """Without drawing, and without waiting for the disk."""
    monkeypatch.setattr(os, "fsync", lambda descriptor: None)
    monkeypatch.setattr("twinformer.training.trainer.plot_curves", lambda *arguments: None)


def new_trainer(folder, learner=None, **training):
    run = RunFolder(folder / "tiny")
    run.path.mkdir(exist_ok=True)
    task = Pretraining(tiny_data(), tiny_config(folder, **training),
                       sampler=lambda learner, step: f"at {step}: {learner.weight!r}")
    return Trainer(learner or FakeLearner(), task, run)


def test_utilisation_is_never_above_what_was_reached(tmp_path):
    """A peak that was measured too low is raised to what a step did."""
    trainer = new_trainer(tmp_path)
    trainer.task.peak_flops = 1.0
    trainer.train()
    lines = (trainer.run.path / "timing.jsonl").read_text("utf-8").splitlines()
    shares = [json.loads(line)["model_flops_utilisation"] for line in lines]
    assert max(shares) == 1.0 == shares[0] and min(shares) > 0
    assert trainer.task.peak_flops > 1.0


def books(trainer):
    """Everything that a resumed run must write again, bit for bit."""
    names = ("metrics.jsonl", "samples.txt")
    return [(trainer.run.path / name).read_bytes() for name in names] + [
        trainer.learner.state()["model.weight"].tobytes()]


def test_the_books_of_a_run(tmp_path):
    trainer = new_trainer(tmp_path, max_steps=10, accumulation=2, sample_tokens=1)
    assert trainer.train() == 0
    records = read_metrics(trainer.run.path)
    steps = [record for record in records if record["kind"] == "step"]
    assert [record["step"] for record in steps] == list(range(1, 11))
    settings = trainer.task.training
    for record in steps:
        assert record["learning_rate"] == learning_rate_at(
            record["step"], warmup_steps=settings.warmup_steps, max_steps=10,
            learning_rate=settings.learning_rate, schedule=settings.schedule,
            min_learning_rate=settings.min_learning_rate)
    # at the start, every 4 steps, and at the end
    evaluated = [r["step"] for r in records if r["kind"] == "evaluation"]
    assert evaluated == [0, 4, 8, 10]
    samples = (trainer.run.path / "samples.txt").read_text("utf-8")
    assert samples.count("=== step") == 4
    assert [p.name for p in checkpoints_in(trainer.run.checkpoints)] == [
        "step-000008", "step-000010"]
    times = (trainer.run.path / "timing.jsonl").read_text("utf-8").splitlines()
    assert [json.loads(line)["step"] for line in times] == list(range(1, 11))
    assert all(json.loads(line)["tokens_per_second"] > 0 for line in times)


def test_bits_per_byte_follow_from_nats_per_token(tmp_path):
    trainer = new_trainer(tmp_path)
    trainer.train()
    for record in read_metrics(trainer.run.path):
        if record["kind"] == "evaluation":  # every token is one byte here
            for split in ("train", "validation"):
                assert record[f"{split}_bits_per_byte"] == pytest.approx(
                    record[f"{split}_nats_per_token"] / math.log(2))


@pytest.mark.parametrize("stop", range(1, 12))
@pytest.mark.parametrize("accumulation", [1, 3])
def test_a_resumed_run_writes_the_same_books(tmp_path, stop, accumulation):
    """Killed after any step: what was done since the checkpoint is undone,
    and done again."""
    settings = {"max_steps": 12, "accumulation": accumulation, "checkpoint_interval": 3,
                "sample_tokens": 1}
    (tmp_path / "whole").mkdir()
    whole = new_trainer(tmp_path / "whole", **settings)
    whole.train()

    killed = new_trainer(tmp_path, **settings)
    take_step = killed.take_step

    def take_step_or_die(stream, logs):
        take_step(stream, logs)
        if killed.standing.step == stop:
            raise SystemExit

    killed.take_step = take_step_or_die
    with pytest.raises(SystemExit):
        killed.train()
    if stop <= 3:
        assert not checkpoints_in(killed.run.checkpoints)
        return
    run, start = newest_checkpoint(killed.run.path)
    assert start.step == (stop - 1) // 3 * 3
    resumed = new_trainer(tmp_path, **settings)
    assert resumed.train(start) == 0
    assert books(resumed) == books(whole)


def test_resuming_in_the_second_epoch(tmp_path):
    (tmp_path / "whole").mkdir()
    settings = {"max_steps": 150, "checkpoint_interval": 70, "eval_interval": 50}
    whole = new_trainer(tmp_path / "whole", **settings)
    whole.train()
    assert whole.task.batches.epoch > 0

    start = load_checkpoint(whole.run.checkpoints / "step-000140")
    resumed = new_trainer(tmp_path, **settings)
    for name, size in start.logs.items():
        content = (whole.run.path / name).read_bytes()[:size]
        (resumed.run.path / name).write_bytes(content + b"torn li")
    resumed.train(start)
    assert books(resumed) == books(whole)


@pytest.mark.parametrize("number, code", [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_saves_and_stops(tmp_path, number, code):
    (tmp_path / "whole").mkdir()
    whole = new_trainer(tmp_path / "whole")
    whole.train()

    class Interrupting(Progress):
        def stepped(self, step, *rest):
            if step == 6:
                signal.raise_signal(number)

    trainer = new_trainer(tmp_path)
    trainer.progress = Interrupting()
    before = signal.getsignal(number)
    assert trainer.train() == code
    assert signal.getsignal(number) is before
    run, start = newest_checkpoint(trainer.run.path)
    assert start.step == 6
    resumed = new_trainer(tmp_path)
    assert resumed.train(start) == 0
    assert books(resumed) == books(whole)


def test_stopped_before_the_first_step(tmp_path):
    """While the untrained model is measured: the run can be gone on with."""
    (tmp_path / "whole").mkdir()
    whole = new_trainer(tmp_path / "whole")
    whole.train()

    class Interrupting(Progress):
        def evaluated(self, step, metrics):
            signal.raise_signal(signal.SIGINT)

    trainer = new_trainer(tmp_path)
    trainer.progress = Interrupting()
    assert trainer.train() == 130
    run, start = newest_checkpoint(trainer.run.path)
    assert start.step == 0
    assert new_trainer(tmp_path).train(start) == 0
    assert (run.path / "metrics.jsonl").read_bytes() == books(whole)[0]


class Scored(FakeLearner):
    """Every evaluation finds what was laid down."""

    def __init__(self, scores):
        super().__init__()
        self.scores, self.calls = scores, 0
        self.model = None

    def evaluate(self, batch):
        score = self.scores[self.calls // (2 * 2)]     # splits, batches
        self.calls += 1
        return score * batch[1].size, batch[1].size


@pytest.mark.parametrize("patience, steps, best", [(0, 16, None), (2, 12, 4.0)])
def test_pretraining_stops_early_and_keeps_its_best_if_asked(
        tmp_path, monkeypatch, patience, steps, best):
    trainer = new_trainer(tmp_path, Scored([5.0, 4.0, 4.5, 4.6, 1.0]), max_steps=16,
                          patience=patience)
    monkeypatch.setattr(trainer.task, "parameters", lambda model: {"weight": np.ones(1)})
    assert trainer.train() == 0
    assert trainer.standing.step == steps and trainer.standing.best == best
    kept = [path.name for path in checkpoints_in(trainer.run.best)]
    assert kept == (["step-000004"] if patience else [])


def test_a_corpus_that_is_another_is_refused(tmp_path):
    trainer = new_trainer(tmp_path)
    trainer.train()
    before = {p: p.read_bytes() for p in trainer.run.path.rglob("*") if p.is_file()}
    start = newest_checkpoint(trainer.run.path)[1]
    other = new_trainer(tmp_path)
    other.task.data_key = "another"
    with pytest.raises(ValueError, match="not those that the run began with"):
        other.train(start)
    other = new_trainer(tmp_path, seed=5)       # the same corpus in another order
    with pytest.raises(ValueError, match="the saved state of the batches has seed"):
        other.train(start)
    assert before == {p: p.read_bytes() for p in trainer.run.path.rglob("*") if p.is_file()}


@pytest.mark.parametrize("broken", [True, False])
def test_the_feed_is_closed(tmp_path, broken):
    closed = []

    def feed(batches):
        try:
            yield from create_loader(batches)
        finally:
            closed.append(True)

    learner = FakeLearner()
    learner.fail_at = 3 if broken else None
    trainer = new_trainer(tmp_path, learner)
    trainer.task.feed = feed
    if broken:
        with pytest.raises(FloatingPointError):
            trainer.train()
    else:
        trainer.train()
    assert closed == [True]


def test_a_second_signal_does_not_wait(tmp_path):
    class Impatient(Progress):
        def stepped(self, step, *rest):
            signal.raise_signal(signal.SIGINT)
            signal.raise_signal(signal.SIGINT)

    trainer = new_trainer(tmp_path)
    trainer.progress = Impatient()
    with pytest.raises(KeyboardInterrupt):
        trainer.train()


def test_a_loss_that_is_not_finite_stops_the_run(tmp_path):
    learner = FakeLearner()
    learner.fail_at = 7
    trainer = new_trainer(tmp_path, learner)
    with pytest.raises(FloatingPointError, match="step 7: the loss is nan") as problem:
        trainer.train()
    assert problem.value.__notes__ == [
        f"the last good checkpoint is {trainer.run.checkpoints / 'step-000004'}"]
    assert newest_checkpoint(trainer.run.path)[1].step == 4


def test_a_full_disk_stops_the_run_and_names_the_last_good_one(tmp_path, monkeypatch):
    trainer = new_trainer(tmp_path)
    def full(descriptor):
        if trainer.standing.step >= 8:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left on device") as problem:
        trainer.train()
    assert problem.value.__notes__ == [
        f"the last good checkpoint is {trainer.run.checkpoints / 'step-000004'}"]
    assert [p.name for p in checkpoints_in(trainer.run.checkpoints)] == ["step-000004"]
    assert newest_checkpoint(trainer.run.path)[1].step == 4


def test_logs_are_cut_back_and_torn_lines_are_not_read(tmp_path):
    with Logs(tmp_path) as logs:
        logs.metrics(kind="step", step=1)
        sizes = logs.sizes()
        logs.metrics(kind="step", step=2)
        logs.write("metrics.jsonl", '{"kind": "st')
    assert [record["step"] for record in read_metrics(tmp_path)] == [1, 2]
    with Logs(tmp_path, sizes) as logs:
        logs.metrics(kind="step", step=3)
    assert [record["step"] for record in read_metrics(tmp_path)] == [1, 3]


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs a device that is full")
def test_a_log_that_cannot_be_written_is_named(tmp_path):
    (tmp_path / "metrics.jsonl").symlink_to("/dev/full")
    with (pytest.raises(OSError, match=r"metrics\.jsonl could not be written: No space left"),
          Logs(tmp_path) as logs):
        logs.metrics(kind="step", step=1)


def test_text_that_is_no_unicode_is_logged_all_the_same(tmp_path):
    with Logs(tmp_path) as logs:
        logs.sample(1, "half a surrogate: \ud800")
    assert "half a surrogate: ?" in (tmp_path / "samples.txt").read_text("utf-8")


# Evaluation

class Uniform:
    """Finds every token as likely as every other."""

    def __init__(self):
        self.seen = []

    def evaluate(self, batch):
        inputs, targets = batch
        self.seen.append(inputs)
        return targets.size * math.log(256), targets.size


def test_a_uniform_model_needs_eight_bits_per_byte():
    data = tiny_data()
    result = evaluate(Uniform(), data.train, data.bytes_per_token, context_length=16,
                      batch_size=4)
    assert result.bits_per_byte == pytest.approx(8)
    assert result.nats_per_token == pytest.approx(math.log(256))
    assert result.perplexity == pytest.approx(256)
    assert result.tokens == (len(data.train) - 1) // 16 * 16


def test_special_tokens_have_no_bytes():
    data = tiny_data()
    tokens = np.full(33, data.tokenizer.end_of_text)
    result = evaluate(Uniform(), tokens, data.bytes_per_token, context_length=16, batch_size=1)
    assert result.tokens == 32
    assert math.isnan(result.bits_per_byte)


@pytest.mark.parametrize("batches", [0, 1, 2, 100])
def test_windows_do_not_overlap_and_are_spread_out(batches):
    learner, tokens = Uniform(), np.arange(161)
    evaluate(learner, tokens, np.ones(200, int), context_length=16, batch_size=3,
             batches=batches)
    starts = np.concatenate(learner.seen)[:, 0] // 16
    wanted = min(10, 3 * batches or 10)
    assert len(starts) == wanted
    assert (np.diff(starts) >= 10 // wanted).all()


def test_a_text_shorter_than_a_window_is_refused():
    with pytest.raises(ValueError, match="the text has 16 tokens, one window needs 17"):
        evaluate(Uniform(), np.arange(16), np.ones(16, int), context_length=16, batch_size=1)


def test_saving_twice_at_one_step_is_refused_by_the_folder(tmp_path):
    trainer = new_trainer(tmp_path)
    trainer.train()
    start = newest_checkpoint(trainer.run.path)[1]
    with pytest.raises(OSError, match="could not be written"):
        save_checkpoint(trainer.run.checkpoints, start)
    assert newest_checkpoint(trainer.run.path)[1].step == start.step


def test_no_number_is_null(tmp_path):
    """JSON knows neither NaN nor infinity."""
    with Logs(tmp_path) as logs:
        logs.metrics(step=1, loss=math.nan, grad_norm=math.inf, rate=0.5)
    assert read_metrics(tmp_path) == [
        {"step": 1, "loss": None, "grad_norm": None, "rate": 0.5}]
