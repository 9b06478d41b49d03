"""Runs that are killed and resumed, with the true learners of both backends,
through the command line, as it happens to people."""
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest
import yaml

from twinformer.runs.checkpoint import checkpoints_in
from twinformer.configs.run_config import config_from_dict, config_to_dict
from twinformer.runs.logs import read_metrics
from twinformer.training.run import run_training
from twinformer.runs.opened_run import open_run

from ..tiny_runs import TEXT, tiny_config

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")


@pytest.fixture
def config_file(tmp_path):
    """40 steps of a tiny model with everything on; an epoch has 46 batches."""
    (tmp_path / "text.txt").write_text(TEXT, encoding="utf-8")
    config = tiny_config(
        tmp_path, max_steps=40, batch_size=3, accumulation=2, eval_interval=16,
        checkpoint_interval=5, sample_tokens=4)
    config = replace(config, data=replace(config.data, validation=0.1))
    (tmp_path / "tiny.yaml").write_text(yaml.safe_dump(config_to_dict(config)), "utf-8")
    return tmp_path / "tiny.yaml"


def train(*arguments, wait=True):
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    process = subprocess.Popen(
        [sys.executable, "-m", "twinformer", "train", *map(str, arguments)],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment)
    if wait:
        output = finished(process)
        assert process.returncode == 0, output
    return process


def finished(process):
    """What the process printed; machines that are busy take their time."""
    try:
        return process.communicate(timeout=600)[0]
    finally:
        process.kill()


def lines_in(file):
    return file.read_bytes().count(b"\n") if file.exists() else 0


def kill_after(run, lines, seconds, *arguments):
    """SIGKILL a little after its metrics have so many lines."""
    process = train(*arguments, wait=False)
    until = time.monotonic() + 600
    while (lines_in(run / "metrics.jsonl") < lines and process.poll() is None
           and time.monotonic() < until):
        time.sleep(0.002)
    time.sleep(seconds)
    process.kill()
    process.communicate()


def assert_same_run(run, other):
    for name in ("metrics.jsonl", "samples.txt"):
        assert (run / name).read_bytes() == (other / name).read_bytes(), name
    (mine, theirs) = (checkpoints_in(folder / "checkpoints")[-1] for folder in (run, other))
    tensors = "tensors.safetensors"
    assert (mine / tensors).read_bytes() == (theirs / tensors).read_bytes()


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_killed_and_resumed_is_uninterrupted_bit_for_bit(tmp_path, config_file, backend):
    train("--config", config_file, "--backend", backend, "--name", "whole")
    assert [r["step"] for r in read_metrics(tmp_path / "whole")
            if r["kind"] == "step"] == list(range(1, 41))

    run, moments = tmp_path / "killed", random.Random(backend)
    arguments = ["--config", config_file, "--backend", backend, "--name", "killed"]
    # one evaluation comes before the first of the steps
    kills = {"numpy": (moments.randrange(8, 16), moments.randrange(24, 34)),
             "torch": (moments.randrange(8, 34),)}  # importing torch takes its time
    for lines in kills[backend]:
        kill_after(run, lines, moments.random() / 50, *arguments)
        assert checkpoints_in(run / "checkpoints")
        arguments = ["--resume", run]
    train(*arguments)
    assert_same_run(run, tmp_path / "whole")


@pytest.mark.slow
@pytest.mark.parametrize("backend", ["numpy", "torch"])
@pytest.mark.parametrize("seed", range(3))
def test_killed_again_and_again(tmp_path, config_file, backend, seed):
    """At any moment after the start: between checkpoints, within them, before
    the first of them (then the run begins anew), while it resumes."""
    train("--config", config_file, "--backend", backend, "--name", "whole")
    run, moments = tmp_path / "killed", random.Random(seed)
    new = ["--config", config_file, "--backend", backend, "--name", "killed"]
    for kill in range(9):
        if run.exists() and not checkpoints_in(run / "checkpoints"):
            shutil.rmtree(run)
        arguments = ["--resume", run] if run.exists() else new
        if (run / "checkpoints" / "step-000040").exists():
            break
        if kill == 8:  # enough
            train(*arguments)
        else:
            lines = lines_in(run / "metrics.jsonl") + moments.randrange(8)
            kill_after(run, lines, moments.random() / 20, *arguments)
    assert_same_run(run, tmp_path / "whole")


def test_ctrl_c_saves_and_says_how_to_go_on(tmp_path, config_file):
    arguments = ["--config", config_file, "--backend", "numpy", "--max-steps", "100000"]
    process = train(*arguments, "--checkpoint-interval", "0", wait=False)
    metrics = tmp_path / "tiny" / "metrics.jsonl"
    until = time.monotonic() + 600
    while lines_in(metrics) < 12 and time.monotonic() < until:
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    output = finished(process)
    assert process.returncode == 130, output
    step = open_run(tmp_path / "tiny").step
    assert f"stopped at step {step}; go on: twinformer train --resume {tmp_path}" in output
    assert read_metrics(tmp_path / "tiny")[-1]["step"] == step


def test_a_checkpoint_of_one_backend_resumes_in_the_other(tmp_path, config_file, monkeypatch):
    """Without dropout (each backend draws its own masks) both learn the same,
    up to float32 roundings; and so does a run that changes backends midway."""
    monkeypatch.setattr("twinformer.training.trainer.plot_curves", lambda *arguments: None)
    config = config_from_dict(yaml.safe_load(config_file.read_text("utf-8")))
    config = replace(
        config, model=replace(config.model, dropout=0.0),
        training=replace(config.training, checkpoint_interval=20))
    curves = {}
    for first, second in (("numpy", "torch"), ("torch", "numpy")):
        run = tmp_path / first
        run_training(replace(config, name=first, backend=first))
        curves[first] = losses(run)
        run_training(replace(config, backend=second),
                     resume=run / "checkpoints" / "step-000020")
        curves[first + second] = losses(run)
        assert open_run(run).config.backend == second
        assert (run / "checkpoints" / "set-aside-step-000040").exists()
    for curve in curves.values():
        np.testing.assert_allclose(curve, curves["numpy"], rtol=2e-5)
    assert curves["numpy"][-1] < curves["numpy"][0]


def losses(run):
    return [r["loss"] for r in read_metrics(run) if r["kind"] == "step"]


def test_a_run_is_resumed_only_as_itself(tmp_path, config_file):
    train("--config", config_file, "--backend", "numpy", "--max-steps", "5")
    run = tmp_path / "tiny"
    before = {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}

    def refused(*arguments):
        process = train(*arguments, wait=False)
        output = finished(process)
        assert process.returncode == 2, output
        *before, mistake = output.splitlines()  # before it at most whether the run fits
        assert len(before) <= 1 and all(line.endswith("it fits") for line in before), output
        assert mistake.startswith("twinformer: error: "), output
        return output

    assert "exists already; go on with it (--resume" in refused("--config", config_file)
    assert "has done all of its 5 steps" in refused("--resume", run)
    more = ("--resume", run, "--max-steps", 9)
    assert "model.n_layers is 1 in the checkpoint and cannot become 2" in refused(
        *more, "--n-layers", 2)
    assert "training.seed is 1234" in refused(*more, "--training.seed", 3)
    # a corpus that is no longer the same, once its tokens are not kept either
    (tmp_path / "text.txt").write_text(TEXT + "more", encoding="utf-8")
    for kept in (tmp_path / ".cache").iterdir():
        (kept / "train.npy").unlink()
    assert "no longer the one this run was trained on" in refused(*more)
    assert before == {path: path.read_bytes() for path in run.rglob("*") if path.is_file()}

    damaged = run / "checkpoints" / "step-000005" / "tensors.safetensors"
    damaged.write_bytes(damaged.read_bytes()[:-1])
    assert "step-000005/tensors.safetensors is damaged: it has" in refused(*more)


def test_timing_is_kept_apart_from_what_must_be_the_same(tmp_path, config_file):
    train("--config", config_file, "--backend", "numpy", "--max-steps", "5")
    for record in read_metrics(tmp_path / "tiny"):
        assert not [key for key in record if "second" in key or "time" in key]
    timing = (tmp_path / "tiny" / "timing.jsonl").read_text("utf-8").splitlines()
    assert {"step", "seconds", "tokens_per_second"} <= json.loads(timing[0]).keys()
