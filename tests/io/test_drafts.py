"""A draft takes its name when it is whole, and its errors are those of the target."""
import errno
import os
import re
import subprocess
import sys

import numpy as np
import pytest

from twinformer.commands.mistakes import in_one_line
from twinformer.io.atomic_folder import new_folder
from twinformer.io.drafts import draft_of
from twinformer.io.files import write_atomically
from twinformer.io.safetensors_io import write_safetensors

DISK_FULL = [
    (OSError(errno.ENOSPC, "No space left on device"), None),           # as onnx says it
    (OSError("Error while serializing: I/O error: No space left on device (os error 28)"), None),
    (OSError("327680 requested and 138272 written"), None),             # as NumPy's tofile
    (OSError(errno.ENOSPC, "No space left on device"), "weights"),      # of a file in the draft
]


@pytest.mark.parametrize(("problem", "inside"), DISK_FULL)
def test_a_full_disk_is_said_of_the_target(problem, inside, tmp_path):
    target = tmp_path / "new" / "a.gguf"
    with pytest.raises(OSError) as raised, draft_of(target) as draft:
        if inside:
            draft.mkdir()
            problem = OSError(problem.errno, problem.strerror, str(draft / inside))
        else:
            draft.write_bytes(b"half")
        raise problem
    place = target / inside if inside else target
    assert in_one_line(raised.value) == (
        f"the disk is full, at {place}; make room, or name a folder on another disk")
    assert list(target.parent.iterdir()) == []


def test_what_is_unknown_is_told_in_its_own_words(tmp_path):
    target = tmp_path / "a"
    with pytest.raises(OSError, match=re.escape(f"{target} is odd")), draft_of(target) as draft:
        raise OSError(f"{draft} is odd")
    with pytest.raises(FileNotFoundError, match="elsewhere"), draft_of(target):
        (tmp_path / "elsewhere").read_bytes()


@pytest.mark.parametrize("write", [
    lambda target: write_atomically(target, "text"),
    lambda target: write_safetensors(target, {"a": np.zeros(1)}),
    lambda target: new_folder(target).__enter__(),
    lambda target: draft_of(target).__enter__(),
])
@pytest.mark.parametrize("below", ["x", "y/x"])
def test_a_target_below_a_file(write, below, tmp_path):
    (tmp_path / "file").write_text("mine")
    with pytest.raises(OSError) as raised:
        write(tmp_path / "file" / below)
    assert in_one_line(raised.value) == (
        f"{tmp_path / 'file' / below} is below a file, not a folder")
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.skipif(os.name != "posix", reason="elsewhere nobody can ask whether a process lives")
def test_a_killed_writers_draft_goes_and_a_living_ones_stays(tmp_path):
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left = tmp_path / f".writing-{gone.pid}-a"
    left.mkdir()
    (left / "part").write_text("half")
    others = [tmp_path / f".writing-{os.getppid()}-a", tmp_path / f".writing-{gone.pid}-b"]
    for other in others:
        other.write_text("half")
    with draft_of(tmp_path / "a") as draft:
        assert not left.exists() and all(other.exists() for other in others)
        draft.write_text("whole")
        os.replace(draft, tmp_path / "a")
    assert (tmp_path / "a").read_text() == "whole"
