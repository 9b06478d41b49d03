"""A worker answers with numbers; one that ends says which it was, and leaves the others alone."""
import pytest

from benchmarks import ladder
from benchmarks.worker import Ended, Worker, workers

ANSWERS = """
import os, sys
for line in sys.stdin:
    if line == "end\\n" or sys.argv[-1] == "99":
        sys.exit(3)
    print(*{"words": ["hello"], "nan": ["nan", 1]}.get(
        line.strip(), [len(line), sys.argv[-1], os.environ.get("GIVEN", 0), 1]), flush=True)
"""


@pytest.fixture
def module(tmp_path, monkeypatch):
    """The name of a module that answers."""
    (tmp_path / "contestant.py").write_text(ANSWERS, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    return "contestant"


def test_it_answers_each_question(module):
    with Worker(module, "--worker", "7", environment={"GIVEN": "0.5"}) as worker:
        assert worker.ask() == [len("step\n"), 7, 0.5, 1]
        assert worker.ask(10) == [len("10\n"), 7, 0.5, 1]
        nothing, one = worker.ask("nan")
        assert nothing != nothing and one == 1
    assert worker.process.returncode == 0   # it has seen that there are no more questions


def test_one_that_has_ended_is_named(module):
    with Worker(module, "--worker", "7") as worker:
        for _ in range(2):      # it can be asked again, and is as dead
            with pytest.raises(Ended, match=r"code 3\b.*: python -m contestant --worker 7$"):
                worker.ask("end")


def test_what_is_no_number_is_shown(module):
    with Worker(module, "7") as worker, pytest.raises(
            SystemExit, match="'hello', not numbers: python -m contestant 7"):
        worker.ask("words")


def test_all_are_ended_by_an_error(module):
    with pytest.raises(Ended, match="--worker 2$"), workers(module, ["1", "2"]) as running:
        assert [worker.ask("") for worker in running.values()] == [[1, 1, 0, 1], [1, 2, 0, 1]]
        running["2"].ask("end")
    assert all(worker.process.returncode for worker in running.values())


def test_a_ladder_goes_on_without_a_rung(module, monkeypatch, capsys):
    class Options:
        steps, rounds, device = [0, 99, 3], 1, "cpu"

    monkeypatch.setattr(ladder, "PAUSE", 0)
    monkeypatch.setattr(ladder, "workers", lambda _, names: workers(module, names))
    found = ladder.measured(Options, [])
    assert [(rung, kept["losses"]) for rung, kept in found.items()] == [
        (0, [0.0] * 3), (3, [3.0] * 3)]     # the answer's second number
    assert capsys.readouterr().err.count("rung 99: a worker has ended, with code 3") == 1
