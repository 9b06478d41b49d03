"""The books of a search: which trial comes next, whoever asks, and whatever happened before."""
import pytest

pytest.importorskip("optuna")

from twinformer.search.folder import SearchFolder
from twinformer.search.optuna_parts import quiet_optuna
from twinformer.search.space import Choice, Range
from twinformer.search.study import Search

SPACE = {"a": Range(1e-3, 1.0, log=True), "b": Choice(("x", "y"))}


def folder_of(tmp_path, name="s", **settings) -> SearchFolder:
    return SearchFolder.find_or_make(str(tmp_path), name, {"command": "train", **settings})[0]


def opened(folder, **options) -> Search:
    return Search(folder, SPACE, **{"pruner": "none", "first": {"a": 0.5, "b": "x"}, **options})


def die(search: Search) -> None:
    """What the system does with the locks of a process that is killed."""
    for lock in search.held.values():
        lock.release(force=True)
    search.close()


def finish(search: Search, wanted: int) -> list[dict]:
    seen = []
    while begun := search.begin(wanted):
        trial, values = begun
        seen.append(values)
        search.end(trial, values["a"] + (values["b"] == "y"))
    return seen


def test_the_first_trial_is_what_was_given(tmp_path):
    search = opened(folder_of(tmp_path))
    assert finish(search, 3)[0] == {"a": 0.5, "b": "x"}
    assert search.begin(3) is None and len(search.completed()) == 3
    assert search.best().value == min(trial.value for trial in search.trials())
    search.close()


def test_stopped_and_gone_on_is_as_if_it_never_stopped(tmp_path):
    whole = finish(opened(folder_of(tmp_path, "whole")), 12)
    parts = []
    for wanted in (1, 5, 9, 12):
        search = opened(folder_of(tmp_path, "parts"))
        parts += finish(search, wanted)
        search.close()
    assert parts == whole and len({values["a"] for values in whole}) == 12


def test_two_at_once_share_the_trials(tmp_path):
    one, two = opened(folder_of(tmp_path)), opened(folder_of(tmp_path))
    trial, values = one.begin(3)
    other, others = two.begin(3)
    assert trial.number != other.number and values != others
    assert two.is_alive(trial.number) and one.is_alive(other.number)
    last, _ = one.begin(3)
    assert two.begin(3) is None         # the third is at work elsewhere
    for search, each in ((one, trial), (two, other), (one, last)):
        search.end(each, 1.0)
    assert len(one.completed()) == len(two.completed()) == 3


def test_values_of_a_dead_process_come_again(tmp_path):
    dead = opened(folder_of(tmp_path))
    finish(dead, 1)
    _, values = dead.begin(4)
    die(dead)
    search = opened(folder_of(tmp_path))
    trial, again = search.begin(4)
    assert again == values and trial.number == 2
    assert search.trials()[1].state.name == "FAIL"
    search.end(trial, 1.0)
    assert len(finish(search, 4)) == 2          # the failed one does not count
    assert len(search.completed()) == 4


def test_values_that_kill_are_given_up(tmp_path):
    """Such as those for which there is not enough memory."""
    numbers = []
    for _ in range(3):
        search = opened(folder_of(tmp_path))
        trial, values = search.begin(5)
        numbers.append(trial.number)
        assert values == {"a": 0.5, "b": "x"}
        die(search)
    search = opened(folder_of(tmp_path))
    _, values = search.begin(5)
    assert numbers == [0, 1, 2] and values != {"a": 0.5, "b": "x"}
    assert [trial.state.name for trial in search.trials()] == ["FAIL"] * 3 + ["RUNNING"]


def test_interrupted_is_no_fault_of_the_values(tmp_path):
    for _ in range(5):
        search = opened(folder_of(tmp_path))
        trial, values = search.begin(2)
        assert values == {"a": 0.5, "b": "x"}
        search.end(trial, why="interrupted", again=True)
        search.close()
    assert len(finish(opened(folder_of(tmp_path)), 2)) == 2


@pytest.mark.parametrize("pruner", ["median", "halving", "none"])
def test_what_is_worse_is_given_up(tmp_path, pruner):
    search = opened(folder_of(tmp_path), pruner=pruner)
    for value in (1.0, 1.1, 1.2, 1.3):
        trial, _ = search.begin(9)
        assert not any(search.evaluated(trial, step, value)
                       for step in range(1, 5)) or pruner == "halving"
        search.end(trial, value)
    trial, _ = search.begin(9)
    assert not search.evaluated(trial, 1, 9.0) or pruner == "halving"
    assert any(search.evaluated(trial, step, 9.0) for step in (2, 3, 4)) == (pruner != "none")
    search.end(trial, why="given up")
    assert search.trials()[4].state.name == "PRUNED"


def test_room_is_made_for_the_models_of_others(tmp_path):
    folder = folder_of(tmp_path)
    search = opened(folder)
    for value in (2.0, 1.0, 3.0):
        trial, _ = search.begin(4)
        (folder.trial(trial.number) / "checkpoints").mkdir(parents=True)
        (folder.trial(trial.number) / "metrics.jsonl").touch()
        search.end(trial, value)
    assert [(folder.trial(n) / "checkpoints").exists() for n in range(3)] == [False, True, False]
    assert all((folder.trial(n) / "metrics.jsonl").exists() for n in range(3))


def test_higher_may_be_better(tmp_path):
    search = opened(folder_of(tmp_path), maximize=True)
    finish(search, 5)
    assert search.best().value == max(trial.value for trial in search.trials())
    assert set(search.importances()) == {"a", "b"}


@pytest.mark.parametrize("name", ["a b", "你好", "50% #1?x={y}", "it's"])
def test_any_folder(tmp_path, name):
    (tmp_path / name).mkdir()
    finish(opened(folder_of(tmp_path / name)), 1)
    assert (tmp_path / name / "s" / "study.db").stat().st_size


def test_a_folder_is_found_again_by_its_settings(tmp_path):
    settings = {"command": "train", "space": {"a": "0:1"}}
    first, new = SearchFolder.find_or_make(str(tmp_path), "", settings)
    assert new and first.path.name == "search-1"
    again, new = SearchFolder.find_or_make(str(tmp_path), "", settings)
    assert not new and again.path == first.path
    other, new = SearchFolder.find_or_make(str(tmp_path), "", settings | {"metric": "x"})
    assert new and other.path.name == "search-2"
    with pytest.raises(FileExistsError, match=r"space\.a 0:1, this one 0:2"):
        SearchFolder.find_or_make(str(tmp_path), "search-1", settings | {"space": {"a": "0:2"}})
    (tmp_path / "run-1").mkdir()
    with pytest.raises(FileExistsError, match="is no search"):
        SearchFolder.find_or_make(str(tmp_path), "run-1", settings)


def test_without_the_library(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "optuna", None)
    with pytest.raises(ValueError, match=r"pip install 'twinformer\[search\]'"):
        quiet_optuna()
