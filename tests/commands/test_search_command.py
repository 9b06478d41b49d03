"""twinformer search: from a command line to best.yaml, through kills and with company."""
import json
import os
import signal
import subprocess
import sys
import time

import pytest
import yaml

pytest.importorskip("optuna")

from twinformer.commands.main import main
from twinformer.runs.logs import read_metrics

from ..tiny_base import command, mistake, tasks_file, tiny_base
from ..tiny_run import TEXT

pytestmark = pytest.mark.usefixtures("no_plots")

TINY = ["--backend", "numpy", "--max-steps", "4", "--eval-interval", "2", "--d-model", "16",
        "--n-heads", "2", "--n-layers", "1", "--tokenizer", "bytes", "--context-length", "16",
        "--eval-batches", "1", "--batch-size", "2", "--warmup-steps", "1", "--sample-tokens", "0"]
SPACE = ["--space", "lr=log:1e-3:1e-1", "n-layers=1,2"]


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    (tmp_path / "text.txt").write_text(TEXT, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def results(folder):
    """(state, value, values) of all trials."""
    import optuna

    study = optuna.load_study(study_name=None, storage=f"sqlite:///{folder}/study.db")
    return [(trial.state.name, trial.value, trial.params) for trial in study.trials]


def test_what_it_finds_is_what_training_does(capsys, here):
    code, out, _ = command(capsys, "search", "train", "text.txt", *TINY, *SPACE, "--trials", "4")
    assert code == 0
    assert "new search in runs/search-1: 4 trials of training.learning_rate, model.n_layers" in out
    trials = results("runs/search-1")
    assert [state for state, _, _ in trials] == ["COMPLETE"] * 4
    assert trials[0][2] == {"training.learning_rate": 0.004, "model.n_layers": 1}
    best = min(value for _, value, _ in trials)
    assert f"validation_bits_per_byte {best:.4f}" in out
    assert out.count("encoding the corpus") == 1        # once for all of them

    found = yaml.safe_load((here / "runs/search-1/best.yaml").read_text("utf-8"))
    assert "name" not in found
    assert command(capsys, "train", "--config", "runs/search-1/best.yaml", "--name", "b")[0] == 0
    assert read_metrics(here / "runs/b")[-1]["validation_bits_per_byte"] == best
    kept = [path.parent.name for path in here.glob("runs/search-1/trials/*/checkpoints")]
    assert kept == [f"{[value for _, value, _ in trials].index(best):04d}"]

    code, out, _ = command(capsys, "search", "train", "text.txt", *TINY, *SPACE, "--trials", "5")
    assert code == 0 and "going on with the search in runs/search-1" in out
    assert len(results("runs/search-1")) == 5


def test_a_picture(capsys, here, plots):
    assert main(["search", "train", "text.txt", *TINY, *SPACE, "--trials", "4"]) == 0
    assert (here / "runs/search-1/search.png").read_bytes()[:4] == b"\x89PNG"
    assert "importance" in capsys.readouterr().out


@pytest.mark.parametrize(("kind", "words"), [
    pytest.param("instruct", [], marks=pytest.mark.slow), ("instruct", ["--train", "lora"]),
    pytest.param("dpo", [], marks=pytest.mark.slow), ("classify", [])],
    ids=["instruct", "lora", "dpo", "classify"])
def test_every_finetuning(capsys, here, kind, words):
    """With what is varied where nobody says."""
    if kind == "classify":
        rows = [{"text": f"{word} number {n}", "label": word} for n in range(12)
                for word in ("yes", "no")]
        (here / "t.json").write_text(json.dumps(rows), "utf-8")
        words = ["t.json", "--scratch.tokenizer", "bytes", "--scratch.d_model", "16",
                 "--scratch.context_length", "16", "--reading-epochs", "1", "--epochs", "2"]
    else:
        base = tiny_base(here)
        words = [str(tasks_file(here / "t.json")), "--model", str(base), *words,
                 "--epochs", "1", "--samples", "0", "--max-new-tokens", "1"]
    code, out, err = command(capsys, "search", kind, *words, "--backend", "numpy",
                             "--trials", "3", "--name", "s", "--folder", str(here / "my runs"))
    assert code == 0, err
    folder = here / "my runs" / "s"
    trials = results(folder)
    assert len(trials) == 3 and trials[0][0] == "COMPLETE"
    assert all("finetuning.learning_rate" in values for _, _, values in trials)
    assert ("lora.rank" in trials[1][2]) == ("lora" in words)
    assert not [*folder.glob("trials/*/responses.json"), *folder.glob("trials/*/report.json"),
                *folder.glob("trials/*/test.json")]      # no test is looked at
    assert command(capsys, kind, "--config", folder / "best.yaml", "--name", "b",
                   "--folder", "runs")[0] == 0
    best = min(value for _, value, _ in trials if value is not None)
    measured = [record["validation_loss"] for record in read_metrics(here / "runs/b")
                if record["kind"] == "evaluation"]
    assert min(measured) == best


def test_what_a_user_may_get_wrong(capsys, here):
    start = ["search", "train", "text.txt", *TINY]

    def said(*words):
        return mistake(capsys, *start, *words)

    assert "did you mean training.learning_rate?" in said("--space", "learning-rat=1:2")
    assert "the other way round" in said("--space", "lr=1e-2:1e-4")
    assert "must be at least 0, got -1" in said("--space", "lr=-1:1")
    assert "could not be compared" in said("--space", "data.validation=0.1:0.2")
    assert "no setting n_hads" in said("--space", "n_hads=1,2")
    assert "does not divide" in said("--space", "n-heads=3,5")
    assert "--space has model.dropout twice" in said("--space", "dropout=0:0.1", "dropout=0:0.2")
    assert "which changes what validation_nats_per_token is" in said(
        "--space", "vocab-size=300,400", "--metric", "validation_nats_per_token")
    assert "there is no such file" in said("--space", "space.yaml")
    assert "this command measures train_nats_per_token" in said("--metric", "speed")
    assert "no.txt" in mistake(capsys, "search", "train", "no.txt", *TINY)
    assert "a search has no --predict" in mistake(
        capsys, "search", "classify", "--predict", "a text")
    assert not [*here.glob("runs/search-*")]         # of all these nothing is left
    assert "did you mean train?" in mistake(capsys, "search", "trian")
    assert "say what to finetune" in mistake(capsys, "search", "dpo")
    assert "which changes what validation_loss is" in mistake(
        capsys, "search", "dpo", "--model", "gpt2", "--space", "beta=0.1:0.5")


def test_a_space_in_a_file(capsys, here):
    (here / "space.yaml").write_text(
        "training:\n  learning_rate: {low: 1e-3, high: 1e-1, log: true}\n"
        "model.n_layers: [1, 2]\nseed: 1:30\n", "utf-8")
    code, out, _ = command(capsys, "search", "train", "text.txt", *TINY, "--space", "space.yaml",
                           "--trials", "1")
    assert code == 0 and "of training.learning_rate, model.n_layers, training.seed" in out
    kept = yaml.safe_load((here / "runs/search-1/search.yaml").read_text("utf-8"))["space"]
    assert kept == {"training.learning_rate": "log:0.001:0.1", "model.n_layers": "1,2",
                    "training.seed": "1:30"}


def test_settings_that_do_not_go_together_are_passed_over(capsys):
    code, out, _ = command(capsys, "search", "train", "text.txt", *TINY, "--trials", "8",
                           "--space", "n-heads=1:4", "--sampler", "random")
    assert code == 0 and "(3) does not divide model.d_model (16)" in out
    assert {"COMPLETE", "PRUNED"} == {state for state, _, _ in results("runs/search-1")}


def test_no_trial_completed(capsys):
    code, _, err = command(capsys, "search", "train", "text.txt", *TINY, "--trials", "2",
                           "--lr", "1e30", "--space", "lr=log:1e30:1e38", "--clip-norm", "0")
    assert code == 2 and "no trial of 2 was completed" in err and "it diverged" in err
    assert err.count("\n") == 1


def test_ctrl_c_keeps_what_was_found(capsys, monkeypatch):
    from twinformer.commands.search.progress import TrialProgress

    measured, calls = TrialProgress.measured, []

    def interrupted(self, step, metrics):
        calls.append(step)
        if len(calls) == 5:     # in the second trial
            signal.raise_signal(signal.SIGINT)
        measured(self, step, metrics)

    monkeypatch.setattr(TrialProgress, "measured", interrupted)
    words = ["search", "train", "text.txt", *TINY, *SPACE, "--trials", "3"]
    code, out, _ = command(capsys, *words)
    assert code == 130 and "the same command goes on" in out
    trials = results("runs/search-1")
    assert [state for state, _, _ in trials] == ["COMPLETE", "FAIL", "WAITING"]
    assert command(capsys, *words)[0] == 0
    after = results("runs/search-1")
    assert [state for state, _, _ in after] == ["COMPLETE", "FAIL", "COMPLETE", "COMPLETE"]
    assert after[2][2] == trials[1][2]


def begin(*words, **settings):
    """The command in a process of its own."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": os.pathsep.join(sys.path)}
    return subprocess.Popen([sys.executable, "-m", "twinformer", *words], text=True,
                            env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE)


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL is POSIX's")
def test_two_processes_and_a_kill(here):
    """One is killed in a trial; the other takes its values up, and ends the search."""
    words = ["search", "train", "text.txt", *TINY, *SPACE, "--trials", "4", "--name", "s"]
    words[words.index("--max-steps") + 1] = words[words.index("--eval-interval") + 1] = "20"
    one, two = begin(*words), begin(*words)
    database = here / "runs/s/study.db"
    running, deadline = [], time.monotonic() + 120
    while not running and time.monotonic() < deadline:
        time.sleep(0.02)
        # a trial is at work where its run has begun to write
        if database.exists() and one.poll() is None:
            running = [*here.glob("runs/s/trials/*/metrics.jsonl")]
    one.send_signal(signal.SIGKILL)
    out, err = two.communicate(timeout=300)
    one.communicate(timeout=60)
    if two.returncode == 0 and "the best of" not in out:
        third = begin(*words)       # the other one had ended before
        out, err = third.communicate(timeout=300)
    assert "the best of" in out, err
    states = [state for state, _, _ in results("runs/s")]
    assert states.count("COMPLETE") == 4 and "RUNNING" not in states, states
    assert (here / "runs/s/best.yaml").exists()
