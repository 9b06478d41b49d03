"""Ranks that die or hang, and runs that go on with another number of them, through the
command line, as it happens to people."""
import os
import random
import shutil
import signal
import sys

import numpy as np
import pytest

from parity_tests.agreement import assert_drift
from twinformer.commands.main import main
from twinformer.runs.checkpoint import checkpoints_in, load_checkpoint
from twinformer.runs.logs import read_metrics

from .launched import kill_a_rank, lines_in, ranks_of, settings, start, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks for ranks in /proc")


def finished(process, code=0) -> str:
    try:
        output = process.communicate(timeout=900)[0]
    finally:
        process.kill()
    assert process.returncode == code, output
    return output


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """A run of two ranks that nobody disturbed; and its folder."""
    folder = tmp_path_factory.mktemp("ranks")
    output = finished(start(*settings(folder), "--name", "whole", "--ranks", "2"))
    assert output.count("saved ") == output.count("/step-000028") + 7    # the first rank speaks
    return folder / "runs" / "whole"


def assert_same(run, whole):
    """To the bit: what the run has learned, and what it has written down."""
    assert (run / "metrics.jsonl").read_bytes() == (whole / "metrics.jsonl").read_bytes()
    mine, other = (load_checkpoint(checkpoints_in(each / "checkpoints")[-1])
                   for each in (run, whole))
    assert (mine.step, mine.data) == (other.step, other.data)
    assert mine.tensors.keys() == other.tensors.keys()
    for name, array in other.tensors.items():
        np.testing.assert_array_equal(mine.tensors[name], array, err_msg=name)


def test_only_the_first_rank_writes(whole):
    assert lines_in(whole / "metrics.jsonl") == 30 + 4
    assert lines_in(whole / "timing.jsonl") == 30
    kept = checkpoints_in(whole / "checkpoints")
    assert [path.name for path in kept] == ["step-000028", "step-000030"]
    assert all(len(list(path.glob("shard-*.safetensors"))) == 2 for path in kept)
    assert not list(whole.rglob(".writing-*"))


@pytest.mark.parametrize("seed", [0, pytest.param(1, marks=pytest.mark.slow)])
def test_a_rank_is_killed_and_the_run_ends_as_if_not(whole, tmp_path, seed):
    """torchrun starts both ranks again; so does --restarts."""
    moments = random.Random(seed)
    words = [*settings(whole.parents[1]), "--folder", tmp_path, "--name", "killed"]
    launcher = start(*words, "--ranks", "2", "--restarts", "3")
    killed = kill_a_rank(launcher, tmp_path / "killed", moments.randrange(1, 30), moments)
    output = finished(launcher)
    assert killed.startswith("rank"), output
    assert_same(tmp_path / "killed", whole)
    assert not list((tmp_path / "killed").rglob(".writing-*"))


@pytest.mark.slow
def test_without_restarts_it_is_said_who_died(whole, tmp_path):
    """And the run goes on with one process, in the same order of the data."""
    words = [*settings(whole.parents[1]), "--folder", tmp_path, "--name", "killed"]
    launcher = start(*words, "--ranks", "2")
    kill_a_rank(launcher, tmp_path / "killed", 16, random.Random(0))
    output = launcher.communicate(timeout=900)[0]
    assert launcher.returncode and "SIGKILL" in output, output
    assert main(["train", "--resume", str(tmp_path / "killed"), "--ranks", "1",
                 "--accumulation", "2"]) == 0
    assert_same_course(tmp_path / "killed", whole)


def assert_same_course(run, whole):
    """Up to the order in which gradients are added up."""
    mine, other = read_metrics(run), read_metrics(whole)
    assert [record.get("step") for record in mine] == [record.get("step") for record in other]
    losses, expected = (np.array([record["loss"] for record in records
                                  if record["kind"] == "step"], np.float32)
                        for records in (mine, other))
    assert_drift(losses, expected, steps=len(expected))
    assert len(set(losses.tolist())) > 20


@pytest.mark.slow
def test_four_ranks_go_on_where_two_were(whole, tmp_path):
    run = tmp_path / "runs" / "whole"
    shutil.copytree(whole, run)
    shutil.rmtree(run / "checkpoints" / "step-000030")
    finished(start("train", "--resume", run, "--ranks", "4", "--batch-size", "1"))
    assert_same_course(run, whole)
    assert len(list((run / "checkpoints" / "step-000030").glob("shard-*"))) == 4


def test_a_rank_that_hangs_is_named(whole, tmp_path):
    words = [*settings(whole.parents[1], steps=10_000), "--folder", tmp_path, "--name", "hangs"]
    launcher = start(*words, "--ranks", "2", "--rank-timeout", "4")
    run = tmp_path / "hangs"
    until(lambda: lines_in(run / "metrics.jsonl") > 10, launcher)
    first, second = ranks_of(launcher)
    os.kill(second, signal.SIGSTOP)
    until(lambda: not os.path.exists(f"/proc/{first}"), launcher, seconds=60)
    os.kill(second, signal.SIGKILL)     # torchrun would wait for it some time
    output = launcher.communicate(timeout=900)[0]
    assert launcher.returncode == 2, output
    assert "twinformer: error: rank 1 (" in output and f"process {second})" in output
    assert "has not answered for" in output
    assert checkpoints_in(run / "checkpoints")
