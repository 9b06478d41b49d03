"""twinformer instruct and ask: from a base model to one that answers."""
import json
import subprocess
import sys

import numpy as np
import pytest
import yaml

from twinformer.runs.checkpoint import load_checkpoint
from twinformer.runs.logs import read_metrics

from ..tiny_base import command, mistake, tasks_file, tiny_base, without_hint

pytestmark = pytest.mark.usefixtures("no_plots")

QUICK = ["--epochs", 2, "--template", "phi3", "--max-new-tokens", 6, "--device", "cpu",
         "--learning-rate", "0.001", "--dropout", 0]


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return tiny_base(tmp_path_factory.mktemp("base"))


@pytest.fixture
def start(base, tmp_path):
    """The words of a quick run in a folder of its own, but for the command."""
    file = tasks_file(tmp_path / "tasks.json")
    return [file, "--model", base, "--folder", tmp_path / "runs", *QUICK]


def run_folder(tmp_path, name="instruct-1"):
    return tmp_path / "runs" / name


@pytest.mark.usefixtures("plots")
def test_from_tasks_to_answers(start, tmp_path, capsys):
    """Losses fall, everything is in the folder, the best model is used."""
    code, out, err = command(capsys, "instruct", *start)
    assert (code, err) == (0, "")
    folder = run_folder(tmp_path)
    assert "34 tasks to learn, 2 to validate, 4 to answer at the end" in out
    assert f"twinformer ask {folder.as_posix()}" in out
    assert {path.name for path in folder.iterdir()} >= {
        "config.yaml", "metrics.jsonl", "loss.png", "samples.txt", "best", "checkpoints",
        "responses.json"}
    evaluations = [r for r in read_metrics(folder) if r["kind"] == "evaluation"]
    losses = [record["validation_loss"] for record in evaluations]
    assert len(losses) == 3 and losses[2] < losses[1] < losses[0]
    assert "task      Say" in (folder / "samples.txt").read_text(encoding="utf-8")
    answers = json.loads((folder / "responses.json").read_text(encoding="utf-8"))
    assert len(answers) == 4 and answers[0].keys() == {
        "instruction", "input", "output", "model_response"}
    (best,) = (folder / "best").iterdir()
    assert load_checkpoint(best).task["template"] == "phi3"


def test_both_backends_learn_the_same(start, tmp_path, capsys):
    records = []
    for backend in ("torch", "numpy"):
        command(capsys, "instruct", *start, "--backend", backend, "--epochs", 1, "--name", backend)
        records.append([r["validation_loss"] for r in read_metrics(run_folder(tmp_path, backend))
                        if r["kind"] == "evaluation"])
    np.testing.assert_allclose(*records, rtol=1e-4)


@pytest.mark.parametrize("options", [
    ["--train", "last_block"], ["--train", "lora", "--rank", 2], ["--packing", "true"],
    ["--response-only", "true", "--group-by-length", "true"],
    ["--template", "chatml", "--backend", "numpy"], ["--train", "lora", "--backend", "numpy"],
    ["--packing", "true", "--backend", "numpy"]], ids=str)
def test_every_way_to_train(start, tmp_path, capsys, options):
    """Each runs; what does not learn stays; a LoRA run is used as a plain model."""
    code, _, _ = command(capsys, "instruct", *start, *options, "--epochs", 1)
    folder = run_folder(tmp_path)
    assert code == 0
    code, out, err = command(capsys, "ask", folder, "Say yes", "--max-new-tokens", 5)
    assert (code, without_hint(err)) == (0, "") and out.endswith("\n")


def test_frozen_layers_stay(start, base, tmp_path, capsys):
    command(capsys, "instruct", *start, "--train", "last_block", "--epochs", 1)
    (after,) = (run_folder(tmp_path) / "checkpoints").iterdir()
    (before,) = (base / "checkpoints").iterdir()
    old, new = (load_checkpoint(path).tensors for path in (before, after))
    name = "model.blocks.{}.attention.qkv.weight"
    np.testing.assert_array_equal(old[name.format(0)], new[name.format(0)])
    assert (old[name.format(1)] != new[name.format(1)]).any()


@pytest.mark.parametrize("train", ["all", "lora"])
def test_a_resumed_run_is_the_same_run(start, tmp_path, capsys, train):
    """One epoch and another, as two at once: the same weights, bit for bit."""
    words = [*start, "--train", train, "--dropout", "0.1", "--schedule", "constant",
             "--warmup", 0]
    assert command(capsys, "instruct", *words, "--name", "whole")[0] == 0
    assert command(capsys, "instruct", *words, "--name", "half", "--epochs", 1)[0] == 0
    code, out, err = command(capsys, "instruct", "--resume", run_folder(tmp_path, "half"),
                             "--epochs", 2)
    assert (code, err) == (0, "")
    whole, half = (load_checkpoint(max((run_folder(tmp_path, name) / "checkpoints").iterdir()))
                   for name in ("whole", "half"))
    assert whole.step == half.step == 8
    for name, array in whole.tensors.items():
        np.testing.assert_array_equal(array, half.tensors[name], name)
    logs = [(run_folder(tmp_path, name) / "metrics.jsonl").read_bytes()
            for name in ("whole", "half")]
    assert logs[0].splitlines()[-1] == logs[1].splitlines()[-1]
    config = yaml.safe_load((run_folder(tmp_path, "half") / "config.yaml").read_text("utf-8"))
    assert config["finetuning"]["epochs"] == 2    # for the next --resume


def test_the_projects_own_tasks_where_no_file_is_given(start, capsys):
    """Of its 530, those that fit into the tiny context."""
    code, out, _ = command(capsys, "instruct", *start[1:], "--train-share", 0.1, "--samples", 0,
                           "--test-share", 0.01, "--eval-examples", 4, "--epochs", 1)
    assert code == 0 and "of 530 tasks are longer than the model's 128 tokens" in out


def test_all_tasks_too_long(start, tmp_path, capsys):
    file = tasks_file(tmp_path / "long.json")
    said = mistake(capsys, "instruct", file, *start[1:], "--template", "alpaca")
    assert said.startswith("the shortest of 40 tasks has 1") and "longer context" in said


def test_texts_that_do_not_fit_are_left_out(start, tmp_path, capsys):
    file = tasks_file(tmp_path / "long.json", _3={"output": "no " * 60})
    code, out, _ = command(capsys, "instruct", file, *start[1:], "--epochs", 1)
    assert code == 0
    assert "1 of 40 tasks are longer than the model's 128 tokens and were left out" in out
    assert "33 tasks to learn" in out


def test_fewer_tasks_than_a_batch_are_one_batch(start, tmp_path, capsys):
    file = tasks_file(tmp_path / "few.json", 6)
    code, out, _ = command(capsys, "instruct", file, *start[1:], "--epochs", 3,
                           "--train-share", 0.5, "--test-share", 0)
    assert code == 0 and "3 tasks to learn, 3 to validate, 0 to answer" in out
    steps = [r for r in read_metrics(run_folder(tmp_path)) if r["kind"] == "step"]
    assert len(steps) == 3


@pytest.mark.parametrize(("entry", "message"), [
    ({"output": " "}, "entry 3: the output is empty"),
    ({"instruction": ""}, "entry 3: the instruction is empty"),
    ({"output": None}, "entry 3: expected texts instruction, input, output")])
def test_bad_entries_are_named(start, tmp_path, capsys, entry, message):
    file = tasks_file(tmp_path / "bad.json", _3=entry)
    assert message in mistake(capsys, "instruct", file, *start[1:])
    assert not run_folder(tmp_path).exists()


@pytest.mark.parametrize(("words", "message"), [
    (["--template", "llama"], "'alpaca', 'phi3', 'chatml'"),
    (["--train", "some"], "train"),
    (["--train-share", "0.95", "--test-share", "0.05"], "must leave a rest for validation"),
    (["--epochs", "0"], "epochs must be at least 1"),
    (["--dropout", "1"], "--dropout is a share"),
    (["--train", "lora", "--targets", "['nothing']"], "no Linear is called 'nothing'"),
    (["--model", "nowhere"], "there is no run at nowhere"),
    (["--resume", "nowhere"], "there is no run at nowhere"),
    (["--sample", "3"], "did you mean")], ids=str)
def test_mistakes_are_one_line(start, tmp_path, capsys, words, message):
    assert message in mistake(capsys, "instruct", *start, *words)
    assert not run_folder(tmp_path).exists()


def test_mistakes_about_the_model(start, base, tmp_path, capsys):
    assert "--model RUN" in mistake(capsys, "instruct", start[0])
    assert (f"is a run of twinformer train, not of instruct; go on with it: twinformer train "
            f"--resume {base}") in mistake(capsys, "instruct", "--resume", base)
    characters = tiny_base(tmp_path, "characters")
    assert "not among the 35 characters" in mistake(
        capsys, "instruct", start[0], "--model", characters, *start[3:])
    missing = tmp_path / "nothing.json"
    assert "nothing.json" in mistake(capsys, "instruct", missing, *start[1:])


def test_other_tasks_cannot_go_on_with_a_run(start, tmp_path, capsys):
    command(capsys, "instruct", *start, "--epochs", 1)
    other = tasks_file(tmp_path / "other.json", _0={"output": "else"})
    said = mistake(capsys, "instruct", other, "--resume", run_folder(tmp_path), "--epochs", 3)
    assert "not those that the run began with" in said


# -- ask ---------------------------------------------------------------------

@pytest.fixture(scope="module")
def taught(base, tmp_path_factory):
    """A model that has one answer by heart."""
    folder = tmp_path_factory.mktemp("taught")
    file = folder / "tasks.json"
    file.write_text(json.dumps([{"instruction": "What?", "output": "me"}] * 40))
    from twinformer.commands.main import main
    assert main(["instruct", str(file), "--model", str(base), "--folder", str(folder), "--name",
                 "run", "--epochs", "12", "--learning-rate", "0.03", "--template", "phi3",
                 "--max-new-tokens", "6"]) == 0
    return folder / "run"


def test_it_answers_and_stops(taught, tmp_path, capsys):
    for backend in ("torch", "numpy"):
        assert command(capsys, "ask", taught, "What?", "--backend", backend) == (0, "me\n", "")
    file = tmp_path / "questions.json"
    file.write_text(json.dumps([{"instruction": "What?", "output": "x"},
                                {"instruction": "What?", "input": "eh", "output": ""}]))
    code, out, _ = command(capsys, "ask", taught, "--data", file, "--output", tmp_path / "a.json")
    assert code == 0 and "2 answers in" in out
    answers = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert answers[0] == {"instruction": "What?", "input": "", "output": "x",
                          "model_response": "me"}
    assert "exists already" in mistake(capsys, "ask", taught, "--data", file, "--output",
                                       tmp_path / "a.json")


def test_a_base_model_may_be_asked(base, capsys):
    code, _, err = command(capsys, "ask", base, "What?", "--template", "phi3",
                           "--max-new-tokens", 4, "--temperature", 1, "--seed", 2)
    assert (code, without_hint(err)) == (0, "")
    assert "was not taught to follow instructions" in command(capsys, "ask", base, "?")[2]


@pytest.mark.parametrize(("words", "message"), [
    ([], "give a question, or --data"), ([""], "the question is empty"),
    (["a", "--data", "b"], "give a question, or --data"),
    (["a", "--temperature", "-1"], "temperature"), (["why " * 40], "no room for an answer"),
    (["a", "--template", "x"], "template")])
def test_mistakes_of_asking(taught, capsys, words, message):
    assert message in mistake(capsys, "ask", taught, *words)


@pytest.mark.parametrize("name", ["instruct", "dpo", "ask"])
def test_help_needs_no_torch(name):
    code = ("import sys; from twinformer.commands.main import main\n"
            f"try: main(['{name}', '--help-all'])\n"
            "except SystemExit as end: assert end.code == 0\n"
            "assert 'torch' not in sys.modules")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "twinformer ask" in done.stdout
