"""Checkpoints that can be trusted: whatever happens to them is noticed, and
whatever happens while they are written leaves a good one behind."""
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import textwrap
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.numpy import load_file, save_file

from twinformer.io import sealed_files
from twinformer.runs.checkpoint import (
    checkpoints_in, load_checkpoint, save_checkpoint, set_aside_after,
)
from twinformer.runs.checkpoint_files import Checkpoint
from twinformer.configs.run_config import config_from_dict, config_to_dict

from ..tiny_runs import tiny_config


def example(folder, step=4, seed=0):
    draw = np.random.default_rng(seed)
    return Checkpoint(
        step=step, config=tiny_config(folder), tokenizer={"kind": "bytes", "é": "…"},
        data={"epoch": 1, "position": 2**70}, data_key="k", logs={"metrics.jsonl": 7},
        tensors={
            "model.a.weight": draw.normal(size=(3, 4)).astype(np.float32),
            "model.b.weight": draw.normal(size=(5, 2)).T,  # not contiguous
            "model.empty": np.zeros((0, 3), np.float32),
            "optimizer.steps": np.array(2**40)})


def same(a, b):
    plain = ("step", "config", "tokenizer", "data", "data_key", "best", "waited", "logs")
    assert all(getattr(a, name) == getattr(b, name) for name in plain)
    assert a.tensors.keys() == b.tensors.keys()
    for name, array in a.tensors.items():
        assert (array.dtype, array.shape) == (b.tensors[name].dtype, b.tensors[name].shape)
        assert array.tobytes() == b.tensors[name].tobytes()
    return True


def test_what_is_read_is_what_was_written(tmp_path):
    written = example(tmp_path)
    assert same(load_checkpoint(save_checkpoint(tmp_path, written)), written)


@settings(max_examples=20)
@given(st.integers(0, 2**64), st.floats(allow_nan=False, allow_infinity=False), st.text())
def test_json_keeps_every_number_and_text(tmp_path_factory, whole, real, text):
    file = tmp_path_factory.getbasetemp() / "sealed.json"
    content = {"whole": whole, "real": real, text: text}
    sealed_files.write_json(file, content)
    assert sealed_files.read_json(file) == content


def test_the_last_two_are_kept_in_numeric_order(tmp_path):
    for step in (999_998, 999_999, 1_000_000):
        save_checkpoint(tmp_path, example(tmp_path, step))
    assert [path.name for path in checkpoints_in(tmp_path)] == ["step-999999", "step-1000000"]
    assert len(os.listdir(tmp_path)) == 2


def test_no_file_is_a_pickle(tmp_path):
    for file in save_checkpoint(tmp_path, example(tmp_path)).iterdir():
        assert file.suffix in (".json", ".safetensors")
    json.loads((tmp_path / "step-000004" / "checkpoint.json").read_text("utf-8"))
    load_file(tmp_path / "step-000004" / "tensors.safetensors")


# Damage

@pytest.mark.parametrize("name", ["checkpoint.json", "tensors.safetensors"])
def test_every_truncation_is_refused(tmp_path, name):
    file = save_checkpoint(tmp_path, example(tmp_path)) / name
    whole = file.read_bytes()
    for length in [*range(0, len(whole), 5), len(whole) - 1]:
        file.write_bytes(whole[:length])
        with pytest.raises(ValueError, match=f"{name} is damaged"):
            load_checkpoint(file.parent)
    file.write_bytes(whole + b"\0")
    with pytest.raises(ValueError, match=f"{name} is damaged"):
        load_checkpoint(file.parent)


@pytest.mark.parametrize("name", ["checkpoint.json", "tensors.safetensors"])
def test_every_flipped_bit_is_refused(tmp_path, name):
    file = save_checkpoint(tmp_path, example(tmp_path)) / name
    whole = file.read_bytes()
    for offset in range(len(whole)):
        bit = random.Random(offset).randrange(8)
        broken = bytearray(whole)
        broken[offset] ^= 1 << bit
        file.write_bytes(broken)
        with pytest.raises(ValueError, match=f"{name} is damaged"):
            load_checkpoint(file.parent)


def test_damage_is_named(tmp_path):
    path = save_checkpoint(tmp_path, example(tmp_path))
    file = path / "tensors.safetensors"
    tensors = load_file(file)
    whole = file.read_bytes()

    def refused(**change):
        save_file({name: array for name, array in (tensors | change).items()
                   if array is not None}, file)
        short = len(whole) - file.stat().st_size
        record = json.loads(b"{" + (path / "checkpoint.json").read_bytes().split(b"\n", 1)[1])
        record["tensors"]["bytes"] -= short  # the size alone would give it away
        sealed_files.write_json(path / "checkpoint.json", record)
        with pytest.raises(ValueError) as problem:
            load_checkpoint(path)
        record["tensors"]["bytes"] += short
        sealed_files.write_json(path / "checkpoint.json", record)
        return str(problem.value)

    assert "tensor model.a.weight is missing" in refused(**{"model.a.weight": None})
    assert "tensor model.z is not one of its 4" in refused(**{"model.z": np.zeros(3)})
    assert ("tensor model.a.weight is float32 [4, 3], expected float32 [3, 4]"
            in refused(**{"model.a.weight": tensors["model.a.weight"].reshape(4, 3)}))
    assert "float64 [3, 4], expected float32" in refused(
        **{"model.a.weight": tensors["model.a.weight"].astype(float)})
    assert "the numbers of tensor model.b.weight" in refused(
        **{"model.b.weight": tensors["model.b.weight"] + 1})


def test_missing_files_and_other_formats_are_named(tmp_path):
    path = save_checkpoint(tmp_path, example(tmp_path))
    record = json.loads(b"{" + (path / "checkpoint.json").read_bytes().split(b"\n", 1)[1])
    sealed_files.write_json(path / "checkpoint.json", record | {"format": "other 7"})
    with pytest.raises(ValueError, match="'other 7', this version reads"):
        load_checkpoint(path)
    record["config"]["training"]["surprise"] = 1
    sealed_files.write_json(path / "checkpoint.json", record)
    with pytest.raises(ValueError, match=r"unknown setting training\.surprise"):
        load_checkpoint(path)
    (path / "checkpoint.json").unlink()
    with pytest.raises(FileNotFoundError, match=r"no checkpoint\.json in"):
        load_checkpoint(path)


def test_the_way_out_is_the_checkpoint_before(tmp_path):
    before = save_checkpoint(tmp_path, example(tmp_path, 4))
    path = save_checkpoint(tmp_path, example(tmp_path, 8))
    (path / "tensors.safetensors").write_bytes(b"")
    with pytest.raises(ValueError, match=f"the checkpoint before it is whole: {before}"):
        load_checkpoint(path)
    (before / "tensors.safetensors").write_bytes(b"")
    with pytest.raises(ValueError) as problem:
        load_checkpoint(path)
    assert "before it" not in str(problem.value)


def test_later_checkpoints_are_put_aside_not_deleted(tmp_path):
    for step in (4, 8):
        save_checkpoint(tmp_path, example(tmp_path, step))
    set_aside_after(tmp_path, 4)
    assert sorted(os.listdir(tmp_path)) == ["set-aside-step-000008", "step-000004"]
    assert same(load_checkpoint(save_checkpoint(tmp_path, example(tmp_path, 8, seed=1))),
                example(tmp_path, 8, seed=1))


def test_config_survives_the_round_trip(tmp_path):
    config = tiny_config(tmp_path, learning_rate=0.1 + 0.2)
    assert config_from_dict(json.loads(json.dumps(config_to_dict(config)))) == config
    assert config != replace(config, name="other")


# While it is written

def test_full_disk_leaves_the_last_good_one(tmp_path, monkeypatch):
    """The disk fills up at each call to fsync in turn."""
    good = save_checkpoint(tmp_path, example(tmp_path, 4))
    calls = 0

    def full(descriptor):
        nonlocal calls
        calls += 1
        if calls == fails_at:
            raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    for fails_at in range(1, 4):  # noqa: B007 (full reads it)
        calls = 0
        with pytest.raises(OSError, match="step-000008 could not be written: No space left"):
            save_checkpoint(tmp_path, example(tmp_path, 8))
        assert os.listdir(tmp_path) == ["step-000004"]
    assert same(load_checkpoint(good), example(tmp_path, 4))


@pytest.mark.skipif(sys.platform == "win32", reason="RLIMIT_FSIZE is POSIX")
@pytest.mark.parametrize("limit", [0, 100, 700, 2000])
def test_writes_that_the_system_refuses(tmp_path, limit):
    """A true refusal by the kernel, in either file, at several bytes."""
    import resource
    good = save_checkpoint(tmp_path, example(tmp_path, 4))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
        with pytest.raises(OSError, match="step-000008 could not be written: "):
            save_checkpoint(tmp_path, example(tmp_path, 8))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
        signal.signal(signal.SIGXFSZ, handler)
    assert os.listdir(tmp_path) == ["step-000004"]
    assert same(load_checkpoint(good), example(tmp_path, 4))


CRASHER = textwrap.dedent("""
    import os, signal, sys
    from pathlib import Path
    from twinformer.runs.checkpoint import save_checkpoint
    from tests.runs.test_checkpoint import example
    folder, fatal = Path(sys.argv[1]), int(sys.argv[2])
    seen = 0

    def crash(event, arguments):
        global seen
        if event in ("open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "shutil.rmtree",
                     "os.scandir", "os.listdir"):
            seen += 1
            if seen == fatal:
                os.kill(os.getpid(), signal.SIGKILL)

    checkpoint = example(folder, int(sys.argv[3]))
    if fatal == 0:
        while True:
            checkpoint = example(folder, checkpoint.step + 1)
            save_checkpoint(folder, checkpoint)
    sys.addaudithook(crash)
    for fatal in range(1, 1000):
        child = os.fork()
        if not child:
            seen = 0
            save_checkpoint(folder, example(folder, checkpoint.step))
            os._exit(0)
        killed = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 0
        print(fatal, flush=True)
        sys.stdin.readline()  # the test looks at what is left
        if not killed:
            break
""")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_kill_before_any_file_operation(tmp_path):
    """Saving is killed before its 1st, 2nd, ... file operation until it gets
    through; after each kill the last checkpoint is whole."""
    for step in (4, 8):
        save_checkpoint(tmp_path, example(tmp_path, step))
    child = subprocess.Popen([sys.executable, "-W", "ignore", "-c", CRASHER, tmp_path, "1", "12"],
                             stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    kills = 0
    for _ in iter(child.stdout.readline, ""):
        kills += 1
        last = checkpoints_in(tmp_path)[-1]
        step = int(last.name[5:])
        assert step in (8, 12)
        assert same(load_checkpoint(last), example(tmp_path, step))
        if step == 12:  # again from the start, and killed one operation later
            shutil.rmtree(last)
            shutil.rmtree(tmp_path / "step-000004", ignore_errors=True)
            save_checkpoint(tmp_path, example(tmp_path, 4), keep=3)
        child.stdin.write("\n")
        child.stdin.flush()
    assert child.wait() == 0
    assert kills > 8
    save_checkpoint(tmp_path, example(tmp_path, 16))
    assert not [name for name in os.listdir(tmp_path) if name.startswith(".")]


@pytest.mark.skipif(sys.platform == "win32", reason="needs SIGKILL")
def test_kills_at_random_moments(tmp_path):
    """SIGKILL while checkpoints are written without a pause."""
    random_moments, reached = random.Random(5), 0
    for _ in range(5):
        child = subprocess.Popen(
            [sys.executable, "-c", CRASHER, tmp_path, "0", str(reached)])
        until = time.monotonic() + 300
        while time.monotonic() < until and (
                not checkpoints_in(tmp_path) or
                int(checkpoints_in(tmp_path)[-1].name[5:]) <= reached):
            time.sleep(0.001)
        time.sleep(random_moments.random() / 20)
        child.kill()
        child.wait()
        last = checkpoints_in(tmp_path)[-1]
        assert int(last.name[5:]) > reached
        reached = int(last.name[5:])
        assert same(load_checkpoint(last), example(tmp_path, reached))
