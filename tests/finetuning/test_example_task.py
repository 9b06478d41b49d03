"""The trainer over epochs: the best model, early stopping, resuming."""
import json
import signal
from dataclasses import replace
from functools import partial

import numpy as np
import pytest

from twinformer.configs.finetuning_config import FinetuningConfig
from twinformer.finetuning.example_task import ExampleTask
from twinformer.models.config import GPT2Config
from numpy_impl.models.gpt2 import GPTModel
from twinformer.models.initialisation import initial_parameters
from numpy_impl.models.parameters import get_parameters, set_parameters
from twinformer.tokenizers.byte_tokenizer import ByteTokenizer
from twinformer.runs.checkpoint import checkpoints_in
from twinformer.configs.device_config import DeviceConfig
from twinformer.configs.run_config import RunConfig
from twinformer.runs.logs import read_metrics
from numpy_impl.training.objective import NextTokens
from twinformer.runs.opened_run import open_run
from twinformer.runs.run_folder import RunFolder, best_checkpoint, newest_checkpoint
from numpy_impl.training.learner import Learner
from twinformer.training.trainer import Trainer

MODEL = GPT2Config(vocab_size=257, context_length=8, d_model=8, n_heads=2,
                   n_layers=1, dropout=0.1)
CONFIG = FinetuningConfig(epochs=3, batch_size=2, learning_rate=1e-2, eval_interval=2)


class Counting(ExampleTask):
    """A task: ten rows of bytes that count."""

    def __init__(self, scores=None, kind="counting", key="ten rows", training=CONFIG):
        super().__init__([8] * 10, training, tokenizer=ByteTokenizer(), data_key=key,
                         run_config=RunConfig(model=MODEL), parameters=get_parameters)
        rows = (np.arange(10)[:, None] * 7 + np.arange(9)) % 256
        self.inputs, self.targets = rows[:, :-1], rows[:, 1:]
        self.kind, self.scores, self.seen = kind, scores, []

    def describe(self):
        return {"kind": self.kind}

    def batch(self, indices):
        self.seen.append(indices.tolist())
        return self.inputs[indices], self.targets[indices]

    def evaluate(self, learner):
        nats, count = learner.evaluate((self.inputs, self.targets))
        return {"train_loss": nats / count, "validation_loss": nats / count,
                "validation_accuracy": float("nan")}

    def score(self, metrics):
        return self.scores.pop(0) if self.scores else super().score(metrics)

    def sample(self, learner, step):
        return f"sample {step}"


def trainer(path, *scores, kind=Counting, key="ten rows", **changes):
    path.mkdir(exist_ok=True)
    model = GPTModel(MODEL)
    set_parameters(model, initial_parameters(MODEL, 0))
    training = replace(CONFIG, **changes)
    learner = Learner(model, NextTokens(), training, DeviceConfig(device="cpu"))
    task = kind(list(scores) or None, key=key, training=training)
    return Trainer(learner, task, RunFolder(path))


def test_a_run_leaves_everything_behind(tmp_path):
    run = trainer(tmp_path / "one")
    assert run.train() == 0
    records = read_metrics(tmp_path / "one")
    assert [r["step"] for r in records if r["kind"] == "step"] == list(range(1, 16))
    measured = [r for r in records if r["kind"] == "evaluation"]
    assert [r["step"] for r in measured] == [0, 2, 4, 6, 8, 10, 12, 14, 15]
    assert measured[-1]["validation_loss"] < measured[0]["validation_loss"]
    assert measured[0]["validation_accuracy"] is None   # JSON has no NaN
    assert measured[1]["epoch"] == 0.4
    assert "sample 15" in (tmp_path / "one/samples.txt").read_text()
    assert (tmp_path / "one/loss.png").read_bytes().startswith(b"\x89PNG")
    json.loads((tmp_path / "one/timing.jsonl").read_text().splitlines()[0])
    assert [p.name for p in checkpoints_in(tmp_path / "one/checkpoints")] == [
        "step-000010", "step-000015"]
    opened = open_run(tmp_path / "one")
    best = min(measured, key=lambda r: r["validation_loss"])
    assert opened.step == best["step"]


def test_the_best_is_kept_though_later_ones_are_worse(tmp_path):
    scores = [5.0, 4.0, 3.0, 3.5, 6.0, 7.0, 8.0, 9.0, 10.0]
    trainer(tmp_path / "one", *scores).train()
    assert [p.name for p in checkpoints_in(tmp_path / "one/best")] == ["step-000004"]
    assert open_run(tmp_path / "one").step == 4
    assert newest_checkpoint(tmp_path / "one")[1].step == 15


def test_the_first_may_be_the_best(tmp_path):
    trainer(tmp_path / "one", 1.0, *[2.0] * 8).train()
    assert open_run(tmp_path / "one").step == 0
    before = initial_parameters(MODEL, 0)
    for name, array in open_run(tmp_path / "one").parameters.items():
        np.testing.assert_array_equal(array, before[name])


def test_it_stops_when_nothing_gets_better(tmp_path):
    scores = [5.0, 4.0, 4.5, 4.6, 1.0]
    run = trainer(tmp_path / "one", *scores, patience=2)
    assert run.train() == 0
    assert run.standing.step == 6 and run.standing.best == 4.0
    assert checkpoints_in(tmp_path / "one/checkpoints")[-1].name == "step-000006"


@pytest.mark.parametrize("stop", [1, 5, 6, 13])
def test_a_resumed_run_is_the_uninterrupted_one(tmp_path, stop):
    """Weights, logs and best model, to the bit."""
    whole = trainer(tmp_path / "whole")
    whole.train()

    class Killed(Counting):
        def batch(self, indices):
            if len(self.seen) == stop:
                signal.raise_signal(signal.SIGTERM)
            return super().batch(indices)

    first = trainer(tmp_path / "parts", kind=Killed)
    assert first.train() == 128 + signal.SIGTERM
    assert first.standing.step == stop + 1
    second = trainer(tmp_path / "parts")
    assert second.train(newest_checkpoint(tmp_path / "parts")[1]) == 0
    for name, array in whole.learner.state().items():
        np.testing.assert_array_equal(second.learner.state()[name], array)
    for log in ("metrics.jsonl", "samples.txt"):
        assert ((tmp_path / "parts" / log).read_bytes()
                == (tmp_path / "whole" / log).read_bytes())
    bests = [best_checkpoint(tmp_path / name)[1] for name in ("whole", "parts")]
    assert bests[0].step == bests[1].step


def test_after_a_kill_the_best_of_before_is_there(tmp_path):
    """A kill between two checkpoints: what came after the first is set aside,
    and the best model of that time has not been thrown away for a later."""
    class Stopped(Counting):
        def batch(self, indices):
            if len(self.seen) == 8:
                raise RuntimeError("killed")
            return super().batch(indices)

    falling = [9.0, 8.0, 7.0, 6.0, 5.0]
    with pytest.raises(RuntimeError):
        trainer(tmp_path / "one", *falling, kind=Stopped).train()
    assert [p.name for p in checkpoints_in(tmp_path / "one/best")] == [
        "step-000004", "step-000006", "step-000008"]
    start = newest_checkpoint(tmp_path / "one")[1]
    assert start.step == 5
    run = trainer(tmp_path / "one", *[10.0] * 9)
    run.train(start)
    assert open_run(tmp_path / "one").step == 4


def test_stopped_before_the_first_step(tmp_path):
    """While the untrained model is measured: the run can be gone on with."""
    trainer(tmp_path / "whole").train()

    class Interrupted(Counting):
        def evaluate(self, learner):
            signal.raise_signal(signal.SIGINT)
            return super().evaluate(learner)

    first = trainer(tmp_path / "parts", kind=Interrupted)
    assert first.train() == 130 and first.standing.step == 0
    start = newest_checkpoint(tmp_path / "parts")[1]
    assert trainer(tmp_path / "parts").train(start) == 0
    assert ((tmp_path / "parts/metrics.jsonl").read_bytes()
            == (tmp_path / "whole/metrics.jsonl").read_bytes())


def test_out_of_patience_stays_so(tmp_path):
    scores = [5.0, 4.0, 4.5, 4.6, 1.0]
    trainer(tmp_path / "one", *scores, patience=2).train()
    again = trainer(tmp_path / "one", patience=2)
    again.train(newest_checkpoint(tmp_path / "one")[1])
    assert again.standing.step == 6 and not again.task.seen
    more = trainer(tmp_path / "one", *[3.0] * 9, patience=3)
    more.train(newest_checkpoint(tmp_path / "one")[1])
    assert more.standing.step > 6 and more.standing.best == 3.0


def test_other_examples_are_refused(tmp_path):
    trainer(tmp_path / "one").train()
    start = newest_checkpoint(tmp_path / "one")[1]
    with pytest.raises(ValueError, match="not those that the run began with"):
        trainer(tmp_path / "one", key="others").train(start)


def test_a_classifier_is_not_opened_as_a_writer(tmp_path):
    trainer(tmp_path / "one", kind=partial(Counting, kind="classification")).train()
    with pytest.raises(ValueError, match="twinformer classify --run"):
        open_run(tmp_path / "one")


def test_fewer_examples_than_a_batch_are_one(tmp_path):
    run = trainer(tmp_path / "one", batch_size=64, epochs=2)
    run.train()
    assert run.standing.step == 2
