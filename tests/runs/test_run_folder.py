"""A run's folder is its own from the first moment, and gone if nothing came of it."""
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace

import pytest

from twinformer.runs.run_folder import RunFolder


def config(folder, name=""):
    return SimpleNamespace(folder=str(folder), name=name)


def test_runs_at_the_same_time_get_folders_of_their_own(tmp_path):
    """Before any of them has written anything."""
    with ThreadPoolExecutor(8) as pool:
        runs = list(pool.map(lambda _: RunFolder.claim(config(tmp_path / "runs"), "classify"),
                             range(20)))
    names = {run.path.name for run in runs}
    assert names == {f"classify-{number}" for number in range(1, 21)}
    assert all(run.path.is_dir() for run in runs)


def test_a_run_that_wrote_nothing_leaves_no_folder(tmp_path):
    with pytest.raises(KeyboardInterrupt), RunFolder.claim(config(tmp_path)):
        raise KeyboardInterrupt
    assert not list(tmp_path.iterdir())
    with pytest.raises(ValueError), RunFolder.claim(config(tmp_path)) as run:
        (run.path / "config.yaml").touch()
        raise ValueError
    assert [path.name for path in tmp_path.iterdir()] == ["run-1"]


def test_a_name_that_is_taken_is_refused(tmp_path):
    RunFolder.claim(config(tmp_path, "mine"))
    with pytest.raises(FileExistsError, match="mine exists already; go on with it"):
        RunFolder.claim(config(tmp_path, "mine"))


def test_a_folder_that_cannot_be_made(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="runs cannot be written to .*choose another --folder"):
        RunFolder.claim(config(tmp_path / "file"))
    assert Path(tmp_path / "file").is_file()
