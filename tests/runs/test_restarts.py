"""Which run a launch goes on with that torchrun has started again."""
import pytest

from twinformer.runs.restarts import began_by_this_launch, is_restart, mark_launch


@pytest.fixture
def launch(monkeypatch):
    def start(name, restarts):
        monkeypatch.setenv("TORCHELASTIC_RUN_ID", name)
        monkeypatch.setenv("TORCHELASTIC_RESTART_COUNT", str(restarts))
    return start


@pytest.mark.parametrize("name", ["job-7", "none"])
def test_the_run_of_the_same_launch(tmp_path, launch, name):
    for run in ("run-1", "run-2", "run-3"):
        (tmp_path / run).mkdir()
    launch("another", 0)
    mark_launch(tmp_path / "run-1")
    mark_launch(tmp_path / "run-3")
    launch(name, 0)
    mark_launch(tmp_path / "run-2")
    assert not is_restart() and began_by_this_launch(tmp_path) is None
    launch(name, 2)
    assert is_restart() and began_by_this_launch(tmp_path) == tmp_path / "run-2"


def test_a_launch_that_began_no_run(tmp_path, launch):
    launch("job-7", 1)
    assert began_by_this_launch(tmp_path) is None
    assert began_by_this_launch(tmp_path / "nothing") is None


def test_without_torchrun_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.delenv("TORCHELASTIC_RUN_ID", raising=False)
    monkeypatch.delenv("TORCHELASTIC_RESTART_COUNT", raising=False)
    mark_launch(tmp_path)
    assert not list(tmp_path.iterdir()) and began_by_this_launch(tmp_path) is None
