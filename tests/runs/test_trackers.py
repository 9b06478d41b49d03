"""--log: what trackers show is what metrics.jsonl says, and they never end a run."""
import json
import sys
import time
from collections import defaultdict

import numpy as np
import pytest

from twinformer.commands.main import main
from twinformer.configs.tracker_names import tracker_names
from twinformer.configs.training_config import TrainingConfig
from twinformer.runs import tracked_logs
from twinformer.runs.logs import read_lines, read_metrics
from twinformer.runs.run_folder import RunFolder, newest_checkpoint
from twinformer.runs.trackers.tracker import flat
from twinformer.training.pretraining import Pretraining
from twinformer.training.progress import Progress
from twinformer.training.trainer import Trainer

from ..tiny_runs import FakeLearner, tiny_config, tiny_data


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    monkeypatch.setattr("twinformer.training.trainer.plot_curves", lambda *words: None)


class Notes(Progress):
    def __init__(self):
        self.said = []

    def note(self, text):
        self.said.append(text)


def train(folder, log, learner=None, start=None, **training):
    """Run the trainer on a learner of one number; the run, what was noted."""
    from twinformer.configs.run_config import config_to_dict

    settings = {"sample_tokens": 1, "log": log} | training
    config = tiny_config(folder, **settings)
    run, notes = RunFolder(folder), Notes()
    run.write_config(config_to_dict(config))
    task = Pretraining(tiny_data(), config, sampler=lambda learner, step: f"# after {step} <b>")
    Trainer(learner or FakeLearner(), task, run, progress=notes).train(start)
    return run, notes.said


def resume(folder, log, **training):
    _, start = newest_checkpoint(folder)
    return train(folder, log, start=start, **training)


def written(folder):
    """{name: {step: value}} of the run's logs, as trackers name it."""
    found = defaultdict(dict)
    records = read_metrics(folder) + [
        record | {"kind": "timing"} for record in read_lines(folder / "timing.jsonl")]
    for record in records:
        kind, step = record.pop("kind"), record.pop("step")
        for name, value in record.items():
            if value is not None:
                found[f"{kind}/{name}"][step] = value
    assert {"step/loss", "step/grad_norm", "step/learning_rate", "timing/tokens_per_second",
            "evaluation/validation_nats_per_token"} <= found.keys()
    return dict(found)


def in_tensorboard(folder):
    loading = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator",
                                  reason="tensorboard is not installed (the extra tensorboard)")
    events = loading.EventAccumulator(str(folder / "tensorboard"), {"scalars": 0, "tensors": 0})
    events.Reload()
    numbers = {}
    for name in events.Tags()["scalars"]:
        steps = [event.step for event in events.Scalars(name)]
        assert steps == sorted(set(steps))      # each once
        numbers[name] = {event.step: event.value for event in events.Scalars(name)}
    samples = {event.step: event.tensor_proto.string_val[0].decode()
               for event in events.Tensors("sample")}
    return numbers, samples


def check_tensorboard(folder):
    numbers, samples = in_tensorboard(folder)
    assert numbers == {name: {step: float(np.float32(value)) for step, value in values.items()}
                       for name, values in written(folder).items()}
    assert samples == {step: f"    # after {step} <b>" for step in (0, 4, 8, 12)}


def test_tensorboard_shows_what_is_written(tmp_path):
    pytest.importorskip("tensorboard", reason="tensorboard is not installed")
    train(tmp_path, "tensorboard")
    check_tensorboard(tmp_path)
    assert "training.learning_rate" in next((tmp_path / "tensorboard").iterdir()).read_bytes(
        ).decode("latin1")


def test_tensorboard_goes_on_where_the_run_does(tmp_path):
    pytest.importorskip("tensorboard", reason="tensorboard is not installed")
    train(tmp_path, "tensorboard", max_steps=8)
    key = json.loads((tmp_path / "trackers.json").read_text())
    resume(tmp_path, "tensorboard")
    assert len(list((tmp_path / "tensorboard").iterdir())) == 2
    assert json.loads((tmp_path / "trackers.json").read_text()) == key
    check_tensorboard(tmp_path)


def test_a_tracker_that_is_new_or_knows_too_much_begins_anew(tmp_path):
    """Steps that are made again are there once; those of before are there, too."""
    pytest.importorskip("tensorboard", reason="tensorboard is not installed")
    train(tmp_path, "", max_steps=4)
    assert not (tmp_path / "trackers.json").exists()
    learner = FakeLearner()
    learner.fail_at = 11        # the last checkpoint is of step 8
    with pytest.raises(FloatingPointError):
        _, start = newest_checkpoint(tmp_path)
        train(tmp_path, "tensorboard", learner, start)
    assert set(in_tensorboard(tmp_path)[0]["step/loss"]) == set(range(1, 11))
    resume(tmp_path, "tensorboard")
    assert len(list((tmp_path / "tensorboard").iterdir())) == 1
    check_tensorboard(tmp_path)


def test_a_tracker_that_was_left_out_for_a_while_has_no_holes(tmp_path):
    pytest.importorskip("tensorboard", reason="tensorboard is not installed")
    train(tmp_path, "tensorboard", max_steps=4)
    resume(tmp_path, "none", max_steps=8)
    assert not (tmp_path / "trackers.json").exists()
    resume(tmp_path, "tensorboard")
    check_tensorboard(tmp_path)


def wandb_records(file):
    """Of an offline run's file, which cuts them into pieces as LevelDB's log does."""
    from wandb.proto import wandb_internal_pb2

    data, at, record = file.read_bytes(), 7, b""
    while at + 7 <= len(data):
        left = 32768 - at % 32768
        size, piece = int.from_bytes(data[at + 4:at + 6], "little"), data[at + 6]
        if left < 7 or piece == 0:
            at += left
            continue
        record += data[at + 7:at + 7 + size]
        at += 7 + size
        if piece in (1, 4):     # whole, or its last piece
            yield wandb_internal_pb2.Record.FromString(record)
            record = b""


def in_wandb(folder):
    """Its numbers and its texts, once its own process has written the end."""
    file, = (folder / "wandb").glob("offline-run-*/*.wandb")
    for _ in range(200):
        records = list(wandb_records(file))
        if any(record.HasField("exit") for record in records):
            break
        time.sleep(0.05)
    numbers, texts = defaultdict(dict), {}
    for record in records:
        items = {"/".join(item.nested_key) or item.key: json.loads(item.value_json)
                 for item in record.history.item}
        for name, value in items.items():
            if name == "sample/path":
                place, = folder.glob(f"wandb/offline-run-*/files/{value}")
                texts[items["_step"]] = place.read_text()
            elif not name.startswith(("_", "sample")):
                numbers[name][items["_step"]] = value
    return dict(numbers), texts


def test_wandb_without_a_network(tmp_path, monkeypatch):
    pytest.importorskip("wandb", reason="wandb is not installed (the extra wandb)")
    monkeypatch.delenv("WANDB_MODE", raising=False)
    _, said = train(tmp_path, "wandb")
    assert said == []
    numbers, texts = in_wandb(tmp_path)
    assert numbers == written(tmp_path)
    assert texts == {step: f"<pre># after {step} &lt;b&gt;</pre>" for step in (0, 4, 8, 12)}


def test_trackio_on_this_machine(tmp_path, monkeypatch):
    pytest.importorskip("trackio", reason="trackio is not installed (the extra trackio)")
    from trackio import sqlite_storage

    monkeypatch.setenv("TRACKIO_PROJECT", tmp_path.name.replace("_", "-"))
    for place in ("TRACKIO_DIR", "MEDIA_DIR"):
        monkeypatch.setattr(sqlite_storage, place, tmp_path / "trackio", raising=False)
    said = train(tmp_path, "trackio", max_steps=8)[1] + resume(tmp_path, "trackio")[1]
    assert said == []
    project = tmp_path.name.replace("_", "-")
    (name,) = sqlite_storage.SQLiteStorage.get_runs(project)
    assert name.startswith(f"{tmp_path.name}-")
    numbers, texts = defaultdict(dict), {}
    for record in sqlite_storage.SQLiteStorage.get_logs(project, name):
        step = record.pop("step")
        record.pop("timestamp")
        if "sample" in record:
            texts[step] = record.pop("sample")["_value"]
        for name, value in record.items():
            assert step not in numbers[name]
            numbers[name][step] = value
    assert numbers == written(tmp_path)
    assert texts == {step: f"```\n# after {step} <b>\n```" for step in (0, 4, 8, 12)}


class Moody:
    """A tracker that fails when it is told so."""

    told: list

    def __init__(self, when):
        self.when = when

    def __getattr__(self, what):
        def method(*about):
            Moody.told.append((what, *about))
            if (what, about[:1]) == self.when:
                raise RuntimeError("the server is gone\nand more")

        return method


@pytest.mark.parametrize("when", ["open", ("numbers", (3,)), ("text", (4,)), ("flush", ()),
                                  ("close", (False,))], ids=str)
def test_a_tracker_that_fails_is_noted_once_and_the_run_goes_on(tmp_path, monkeypatch, when):
    Moody.told = []

    def opening(name, *about):
        if when == "open":
            raise RuntimeError("the server is gone")
        return Moody(when)

    monkeypatch.setattr(tracked_logs, "open_tracker", opening)
    run, said = train(tmp_path, "wandb")
    assert said == ["warning: wandb failed (the server is gone) and is told no more of this run; "
                    "metrics.jsonl has everything"]
    assert newest_checkpoint(tmp_path)[1].step == 12 and len(read_metrics(tmp_path)) == 16
    # it hears all of it when the run goes on
    assert json.loads((tmp_path / "trackers.json").read_text()) == {}
    if when != "open":
        assert (Moody.told[-1][0], Moody.told[-1][1:2]) == when     # nothing after it


def test_a_run_that_fails_is_told_as_failed(tmp_path, monkeypatch):
    Moody.told = []
    monkeypatch.setattr(tracked_logs, "open_tracker", lambda *about: Moody(None))
    learner = FakeLearner()
    learner.fail_at = 3
    with pytest.raises(FloatingPointError):
        train(tmp_path, "trackio", learner)
    assert Moody.told[-1] == ("close", True)


def test_only_the_first_rank_tells(tmp_path, monkeypatch):
    from types import SimpleNamespace

    Moody.told = []
    monkeypatch.setattr(tracked_logs, "open_tracker", lambda *about: Moody(None))
    task = Pretraining(tiny_data(), tiny_config(tmp_path, log="wandb"))
    trainer = Trainer(FakeLearner(), task, RunFolder(tmp_path))
    trainer.ranks = SimpleNamespace(first=False)
    with trainer.logs(None) as logs:
        logs.metrics(kind="step", step=1, loss=1.0)
    assert Moody.told == [] and not any(tmp_path.iterdir())


def test_names():
    assert tracker_names("") == tracker_names("none") == ()
    assert tracker_names(" WandB, tensorboard,wandb") == ("wandb", "tensorboard")
    with pytest.raises(ValueError, match=r"no tracker 'tensorbord'; did you mean tensorboard\?"):
        TrainingConfig(log="wandb,tensorbord")


def test_settings_as_hyperparameters():
    assert flat({"a": {"b": 1, "c": [1, 2]}, "d": None, "e": "x"}) == {
        "a.b": 1, "a.c": "[1, 2]", "d": "None", "e": "x"}


@pytest.mark.parametrize("words", [["train"], ["classify"], ["instruct", "--model", "gpt2"],
                                   ["dpo", "--model", "gpt2"]], ids=lambda words: words[0])
def test_a_missing_library_is_named_before_anything_is_done(
        words, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setitem(sys.modules, "trackio", None)
    assert main([*words, "--log", "trackio"]) == 2
    assert capsys.readouterr().err == (
        "twinformer: error: trackio is needed for --log trackio: "
        "pip install 'twinformer[trackio]'\n")
    assert list(tmp_path.iterdir()) == []
