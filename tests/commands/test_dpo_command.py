"""twinformer dpo: from a model that answers to one that answers as preferred."""
import json
import math

import numpy as np
import pytest

from twinformer.runs.checkpoint import load_checkpoint
from twinformer.runs.logs import read_metrics

from ..tiny_base import command, mistake, tasks_file, tiny_base, without_hint

pytestmark = pytest.mark.usefixtures("no_plots")

QUICK = ["--epochs", 2, "--template", "phi3", "--max-new-tokens", 6, "--device", "cpu",
         "--learning-rate", "0.001"]


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return tiny_base(tmp_path_factory.mktemp("base"))


@pytest.fixture
def start(base, tmp_path):
    file = tasks_file(tmp_path / "pairs.json")
    return [file, "--model", base, "--folder", tmp_path / "runs", *QUICK]


def evaluations(tmp_path, name="dpo-1"):
    return [record for record in read_metrics(tmp_path / "runs" / name)
            if record["kind"] == "evaluation"]


@pytest.mark.usefixtures("plots")
def test_margins_grow(start, tmp_path, capsys):
    """From log 2 and margins of exactly 0."""
    code, out, err = command(capsys, "dpo", *start)
    assert (code, err) == (0, "")
    folder = tmp_path / "runs" / "dpo-1"
    assert "34 pairs to learn, 2 to validate, 4 to measure at the end" in out
    assert "on 4 pairs it has not seen: loss 0." in out and f"twinformer ask {folder}" in out
    assert {path.name for path in folder.iterdir()} >= {
        "config.yaml", "metrics.jsonl", "loss.png", "samples.txt", "best", "checkpoints",
        "responses.json", "reference.safetensors"}
    records = evaluations(tmp_path)
    assert records[0]["train_loss"] == records[0]["validation_loss"] == math.log(2)
    assert records[0]["train_margin"] == records[0]["validation_margin"] == 0.0
    margins = [record["validation_margin"] for record in records]
    assert 0 < margins[1] < margins[2]
    assert records[2]["validation_loss"] < math.log(2)
    test = json.loads((folder / "test.json").read_text(encoding="utf-8"))
    assert test["pairs"] == 4 and test["margin"] > 0 and f"loss {test['loss']:.3f}" in out
    assert len(json.loads((folder / "responses.json").read_text(encoding="utf-8"))) == 4


def test_both_backends_learn_the_same(start, tmp_path, capsys):
    for backend in ("torch", "numpy"):
        assert command(capsys, "dpo", *start, "--backend", backend, "--epochs", 1, "--name",
                       backend)[0] == 0
    one, other = ([list(record.values())[1:] for record in evaluations(tmp_path, backend)]
                  for backend in ("torch", "numpy"))
    np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("options", [
    ["--loss", "ipo", "--average", "true"], ["--label-smoothing", "0.1"],
    ["--train", "lora", "--rank", 2], ["--train", "last_block", "--backend", "numpy"],
    ["--train", "lora", "--backend", "numpy"]], ids=str)
def test_every_way_to_train(start, tmp_path, capsys, options):
    code, _, _ = command(capsys, "dpo", *start, *options, "--epochs", 1)
    assert code == 0
    records = evaluations(tmp_path)
    assert records[0]["train_margin"] == 0.0
    assert records[-1]["train_loss"] < records[0]["train_loss"]
    code, _, err = command(capsys, "ask", tmp_path / "runs" / "dpo-1", "Say yes")
    assert (code, without_hint(err)) == (0, "")


@pytest.mark.parametrize("train", ["all", "lora"])
def test_a_resumed_run_is_the_same_run(start, base, tmp_path, capsys, train):
    """With the reference of the beginning, whatever became of the base."""
    words = [*start, "--train", train]
    assert command(capsys, "dpo", *words, "--name", "whole")[0] == 0
    assert command(capsys, "dpo", *words, "--name", "half", "--epochs", 1)[0] == 0
    half = tmp_path / "runs" / "half"
    settings = (half / "config.yaml").read_text(encoding="utf-8")
    (half / "config.yaml").write_text(settings.replace(base.as_posix(), "gone"), encoding="utf-8")
    code, out, err = command(capsys, "dpo", "--resume", half, "--epochs", 2)
    assert (code, err) == (0, "")
    tensors = [load_checkpoint(max((tmp_path / "runs" / name / "checkpoints").iterdir())).tensors
               for name in ("whole", "half")]
    for name, array in tensors[0].items():
        np.testing.assert_array_equal(array, tensors[1][name], name)


def test_the_template_is_the_models_own(start, base, tmp_path, capsys):
    """Taught with phi3, it is compared with phi3; nothing has to be said."""
    command(capsys, "instruct", *start, "--epochs", 1)
    words = ["--model", tmp_path / "runs" / "instruct-1", *start[3:5], "--epochs", 1,
             "--max-new-tokens", 4]
    code, _, err = command(capsys, "dpo", start[0], *words)
    assert (code, err) == (0, "")
    (best,) = (tmp_path / "runs" / "dpo-1" / "best").iterdir()
    assert load_checkpoint(best).task["template"] == "phi3"
    code, _, _ = command(capsys, "dpo", start[0], "--resume", tmp_path / "runs" / "dpo-1",
                         "--epochs", 2)
    assert code == 0


def test_equal_answers_are_left_out(start, tmp_path, capsys):
    same = {"chosen": "so", "rejected": "so "}
    file = tasks_file(tmp_path / "ties.json", _3=same, _39=same)
    code, out, _ = command(capsys, "dpo", file, *start[1:], "--epochs", 1)
    assert code == 0 and "33 pairs to learn, 1 to validate" in out
    assert "2 of 40 pairs have equal answers" in out and "left out: entries 3, 39" in out
    ties = tasks_file(tmp_path / "all.json", 40, **{f"_{n}": same for n in range(40)})
    assert "all 40 pairs have equal answers" in mistake(capsys, "dpo", ties, *start[1:])


def test_texts_that_do_not_fit_are_left_out(start, tmp_path, capsys):
    file = tasks_file(tmp_path / "long.json", _3={"rejected": "no " * 60})
    code, out, _ = command(capsys, "dpo", file, *start[1:], "--epochs", 1)
    assert code == 0 and "33 pairs to learn" in out
    assert "1 of 40 tasks are longer than the model's 128 tokens and were left out" in out


def test_fewer_pairs_than_a_batch_are_one_batch(start, tmp_path, capsys):
    file = tasks_file(tmp_path / "few.json", 6)
    code, out, _ = command(capsys, "dpo", file, *start[1:], "--train-share", 0.5,
                           "--test-share", 0)
    assert code == 0 and "3 pairs to learn, 3 to validate, 0 to measure" in out


@pytest.mark.parametrize(("entry", "message"), [
    ({"chosen": ""}, "entry 3: the chosen is empty"),
    ({"rejected": "\n"}, "entry 3: the rejected is empty"),
    ({"rejected": 5}, "entry 3: expected a text in the field 'rejected', got 5")])
def test_bad_entries_are_named(start, tmp_path, capsys, entry, message):
    file = tasks_file(tmp_path / "bad.json", _3=entry)
    assert message in mistake(capsys, "dpo", file, *start[1:])
    assert not (tmp_path / "runs" / "dpo-1").exists()


@pytest.mark.parametrize(("words", "message"), [
    (["--template", "llama"], "'alpaca', 'phi3', 'chatml'"),
    (["--beta", "0"], "beta must be positive"), (["--loss", "ppo"], "loss"),
    (["--loss", "ipo", "--label-smoothing", "0.1"], "only the dpo loss smooths"),
    (["--label-smoothing", "0.9"], "expected 0 to 0.5"),
    (["--model", "nowhere"], "there is no run at nowhere")], ids=str)
def test_mistakes_are_one_line(start, tmp_path, capsys, words, message):
    assert message in mistake(capsys, "dpo", *start, *words)
    assert not (tmp_path / "runs" / "dpo-1").exists()


def test_a_run_of_another_command(start, base, tmp_path, capsys):
    said = mistake(capsys, "dpo", "--resume", base)
    assert "is a run of twinformer train, not of dpo" in said
    assert f"go on with it: twinformer train --resume {base}" in said
    command(capsys, "dpo", *start, "--epochs", 1)
    folder = tmp_path / "runs" / "dpo-1"
    said = mistake(capsys, "instruct", "--resume", folder)
    assert "is a run of twinformer dpo, not of instruct" in said
    assert f"go on with it: twinformer dpo --resume {folder}" in said
    (best,) = (folder / "best").iterdir()
    assert "its training goes on with --resume" in mistake(capsys, "dpo", "--resume", best)
    (folder / "reference.safetensors").unlink()
    assert "no reference.safetensors" in mistake(
        capsys, "dpo", "--resume", folder, "--epochs", 2)


@pytest.mark.parametrize(("rate", "warned"), [("0", True), ("0.001", False)])
def test_nothing_learned_is_said(start, capsys, rate, warned):
    """The best model is the base itself: who reads only the end has to know."""
    code, out, _ = command(capsys, "dpo", *start, "--epochs", 1, "--learning-rate", rate)
    assert code == 0
    assert ("warning: no evaluation was better than the model before" in out) is warned
    assert ("the best model, after 0 steps" in out) is warned
