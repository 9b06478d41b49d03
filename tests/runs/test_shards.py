"""Checkpoints in several files, one of each rank: read without torch, and as
hard to damage unnoticed as those in one."""
import pickle
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twinformer.commands.main import main
from twinformer.runs.checkpoint import (
    checkpoints_in, load_checkpoint, replace_checkpoint, save_checkpoint,
)
from twinformer.runs.checkpoint_files import read_content
from twinformer.runs.shards import rows_of, write_shards

from .test_checkpoint import example, same


@pytest.mark.parametrize("shards", [1, 2, 3, 8])
def test_what_is_read_is_what_was_written(tmp_path, shards):
    """More files than rows, too: then there are fewer files."""
    written = example(tmp_path)
    path = save_checkpoint(tmp_path, written, shards=shards)
    assert same(load_checkpoint(path), written)
    assert len(list(path.glob("*.safetensors"))) == min(shards, 3)


@given(rows=st.integers(0, 20), shards=st.integers(1, 9))
def test_the_rows_of_the_shards_follow_each_other(rows, shards):
    """As torch.chunk has them, which is what fully_shard does."""
    parts = [rows_of(shard, shards, np.zeros((rows, 2))) for shard in range(shards)]
    assert parts[0][0] == 0 and parts[-1][1] == rows
    assert all(before[1] == after[0] for before, after in zip(parts, parts[1:], strict=False))
    assert all(end - begin <= -(-rows // shards) for begin, end in parts)


@settings(max_examples=30)
@given(st.integers(0, 2), st.integers(0, 2**30), st.integers(0, 7))
def test_no_bit_changes_unnoticed(tmp_path_factory, number, place, bit):
    path = tmp_path_factory.mktemp("damage")
    path = save_checkpoint(path, example(path), shards=2)
    file = sorted(path.iterdir())[number]
    raw = bytearray(file.read_bytes())
    raw[place % len(raw)] ^= 1 << bit
    file.write_bytes(raw)
    with pytest.raises(ValueError, match="is damaged"):
        load_checkpoint(path)


def test_damage_is_named(tmp_path):
    path = save_checkpoint(tmp_path, example(tmp_path), shards=2)
    first, second = sorted(path.glob("*.safetensors"))
    raw = bytearray(first.read_bytes())
    raw[-1] ^= 1
    first.write_bytes(raw)
    with pytest.raises(ValueError, match=f"{first.name} is damaged: tensor "):
        load_checkpoint(path)
    raw[-1] ^= 1
    first.write_bytes(raw[:-1])
    with pytest.raises(ValueError, match="bytes were written|were written"):
        load_checkpoint(path)
    first.write_bytes(raw)
    second.rename(path / "shard-00009.safetensors")
    with pytest.raises(ValueError, match="shard-00009.safetensors is damaged: it does not belong"):
        load_checkpoint(path)
    (path / "shard-00009.safetensors").unlink()
    with pytest.raises(FileNotFoundError, match=second.name):
        load_checkpoint(path)


def test_the_checkpoint_before_a_damaged_one_is_named(tmp_path):
    for step in (4, 8):
        path = save_checkpoint(tmp_path, example(tmp_path, step), shards=2)
    next(path.glob("*.safetensors")).unlink()
    with pytest.raises(FileNotFoundError, match="before it is whole: .*step-000004"):
        load_checkpoint(path)


def test_a_piece_that_is_missing_is_no_zero(tmp_path, monkeypatch):
    """Sealed by a writer that forgot a rank: its rows would be garbage."""
    def forgetful(folder, tensors, shards):
        about = write_shards(folder, tensors, shards)
        del about["shards"][sorted(about["shards"])[1]]
        return about

    monkeypatch.setattr("twinformer.runs.checkpoint_files.write_shards", forgetful)
    path = save_checkpoint(tmp_path, example(tmp_path), shards=2)
    sorted(path.glob("*.safetensors"))[1].unlink()
    with pytest.raises(ValueError, match="the pieces of tensor model.a.weight have 8 numbers"):
        load_checkpoint(path)


def test_nothing_is_unpickled(tmp_path, monkeypatch):
    path = save_checkpoint(tmp_path, example(tmp_path), shards=2)
    assert {file.suffix for file in path.iterdir()} == {".json", ".safetensors"}

    def never(*arguments, **options):
        raise AssertionError("a pickle is read")

    for name in ("load", "loads", "Unpickler"):
        monkeypatch.setattr(pickle, name, never)
    load_checkpoint(path)


def test_there_and_back(tmp_path):
    written = example(tmp_path)
    path = save_checkpoint(tmp_path, written)
    content = read_content(path)
    numbers = (path / "tensors.safetensors").read_bytes()
    replace_checkpoint(path, load_checkpoint(path), shards=3)
    assert same(load_checkpoint(path), written) and len(list(path.iterdir())) == 4
    replace_checkpoint(path, load_checkpoint(path), shards=0)
    assert read_content(path) == content
    assert (path / "tensors.safetensors").read_bytes() == numbers
    assert [file.name for file in tmp_path.iterdir()] == ["step-000004"]


def test_a_full_disk_leaves_the_old_form(tmp_path, monkeypatch):
    path = save_checkpoint(tmp_path, example(tmp_path))

    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("twinformer.runs.checkpoint_files.write_shards", full)
    with pytest.raises(OSError, match="could not be written anew: No space left on device"):
        replace_checkpoint(path, load_checkpoint(path), shards=2)
    assert checkpoints_in(tmp_path) == [path] and same(load_checkpoint(path), example(tmp_path))
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_from_the_command_line(tmp_path, capsys):
    run = tmp_path / "run-1"
    for step in (4, 8):
        save_checkpoint(run / "checkpoints", replace(example(tmp_path), step=step))
    assert main(["checkpoint", str(run)]) == 0
    assert "step-000008: step 8, 4 tensors of 23 numbers in 1 file of" in capsys.readouterr().out
    assert main(["checkpoint", str(run), "--shards", "2"]) == 0
    assert "in 2 files of" in capsys.readouterr().out
    assert main(["checkpoint", str(run / "checkpoints" / "step-000008"), "--whole"]) == 0
    assert "in 1 file of" in capsys.readouterr().out
    assert main(["checkpoint", str(run), "--whole", "--shards", "2"]) == 2
    assert main(["checkpoint", str(run), "--shards", "-1"]) == 2
    assert main(["checkpoint", str(tmp_path / "nothing")]) == 2
    assert capsys.readouterr().err.count("\n") == 3
