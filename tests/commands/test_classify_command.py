"""twinformer classify: from a file of labelled texts to labels for others, in both backends; what
the book's chapter 6 varies; and what is wrong with some files."""
import csv
import json
import re
from pathlib import Path

import numpy as np
import pytest
import yaml

from twinformer.runs.logs import read_metrics
from twinformer.commands.main import main

from ..tiny_run import tiny_run

TINY = ["--d-model", 8, "--n-heads", 2, "--vocab-size", 300, "--context-length", 32,
        "--reading-epochs", 0, "--epochs", 2, "--batch-size", 8, "--threads", 1]


def texts(n=40, classes=("ham", "spam")):
    random = np.random.default_rng(0)
    words = {name: [f"{name[::-1]}{i}" for i in range(5)] + ["and", "the"] for name in classes}
    return [(name, " ".join(random.choice(words[name], random.integers(2, 9))))
            for name in classes for _ in range(n // len(classes))]


def written(path, rows):
    with open(path, "w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("label", "text"), *rows])
    return path


@pytest.fixture(scope="module")
def messages(tmp_path_factory):
    return written(tmp_path_factory.mktemp("data") / "messages.csv", texts())


@pytest.fixture(scope="module")
def run(messages, tmp_path_factory):
    """A classifier that has learned its four words."""
    folder = tmp_path_factory.mktemp("runs")
    assert main(list(map(str, ["classify", messages, "--folder", folder, *TINY,
                               "--epochs", 5, "--learning-rate", 0.03]))) == 0
    return folder / "classify-1"


@pytest.fixture(autouse=True)
def without_curves(monkeypatch):
    """A picture at each evaluation takes longer than learning does here."""
    monkeypatch.setattr("twinformer.training.trainer.plot_curves", lambda *arguments: None)


def classify(capsys, *words):
    """Exit code, standard output, standard error."""
    code = main(["classify", *map(str, words)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def test_everything_lands_in_the_runs_folder(run):
    report = json.loads((run / "report.json").read_text(encoding="utf-8"))
    assert {name: part["texts"] for name, part in report["parts"].items()} == {
        "training": 28, "validation": 4, "test": 8}
    assert report["parts"]["test"]["accuracy"] == 1.0
    assert report["parts"]["test"]["confusion"] == [[4, 0], [0, 4]]
    page = (run / "report.md").read_text(encoding="utf-8")
    assert "| test | 8 | 100.00% |" in page
    for picture in ("loss.png", "test.png"):
        assert (run / picture).read_bytes().startswith(b"\x89PNG")
    records = [r for r in read_metrics(run) if r["kind"] == "evaluation"]
    assert records[0]["step"] == 0 and len(records) == 6
    assert records[-1]["validation_loss"] < records[0]["validation_loss"]
    assert {"train_accuracy", "validation_accuracy"} <= records[0].keys()
    config = yaml.safe_load((run / "config.yaml").read_text(encoding="utf-8"))
    assert config["classification"]["token"] == "mean" and config["model"] == "none"


def test_both_backends_classify_a_text_alike(run, capsys):
    for text, label in (("mah0 the mah1", "ham"), ("maps3 and", "spam")):
        for words in (["--run", run], ["--run", "classify-1", "--folder", run.parent],
                      ["--folder", run.parent], ["--run", run, "--backend", "numpy"]):
            code, out, _ = classify(capsys, *words, "--predict", text)
            assert code == 0 and out.startswith(f"{label}  ({label} ")
            assert "%" in out


def test_a_file_of_texts(run, capsys, tmp_path):
    more = tmp_path / "more.txt"
    more.write_text("mah0 and mah2\n\nmaps1\n", encoding="utf-8")
    code, printed, err = classify(capsys, more, "--run", run)
    assert code == 0 and "empty" in err
    rows = list(csv.reader(printed.splitlines()))
    assert rows[0] == ["text", "predicted", "probability_ham", "probability_spam"]
    assert [row[1] for row in rows[1:]] == ["ham", "", "spam"]
    assert float(rows[1][2]) + float(rows[1][3]) == pytest.approx(1, abs=2e-6)
    output = tmp_path / "labelled.csv"
    assert classify(capsys, more, "--run", run, "--output", output)[0] == 0
    assert output.read_text(encoding="utf-8") == printed
    before = more.read_bytes()
    code, _, err = classify(capsys, more, "--run", run, "--output", more)
    assert code == 2 and "exists already" in err and more.read_bytes() == before
    code, _, err = classify(capsys, more, "--run", run, "--predict", "mah0")
    assert code == 2 and "one text" in err


def test_the_newest_classifier_may_have_a_name(messages, capsys, tmp_path):
    assert classify(capsys, messages, "--folder", tmp_path, *TINY, "--epochs", 1,
                    "--name", "mine")[0] == 0
    code, out, _ = classify(capsys, "--folder", tmp_path, "--predict", "mah0 and")
    assert code == 0 and "%" in out


def test_a_table_is_labelled_by_its_text_column(run, capsys, tmp_path, messages):
    code, printed, _ = classify(capsys, messages, "--run", run)
    rows = list(csv.reader(printed.splitlines()))
    assert code == 0 and [row[1] for row in rows[1:]] == [label for label, _ in texts()]


ABLATIONS = [
    ["--token", "last", "--padding", "longest", "--causal", "true"],
    ["--token", "first", "--causal", "true"],
    ["--token", "last_real", "--padding", 7, "--hide-padding", "true", "--causal", "true"],
    ["--causal", "false", "--hide-padding", "false", "--padding", "context"],
    ["--train", "last_layer"], ["--train", "last_block"], ["--train", "last_two_blocks"],
    ["--train", "lora", "--lora-rank", 2, "--lora-dropout", 0.1],
    ["--batch-size", 1, "--accumulation", 8],
    ["--balance", "undersample", "--split", "shuffled"],
    ["--balance", "weights", "--label-smoothing", 0.2, "--patience", 1],
    ["--tokenizer", "bytes", "--n-layers", 2], ["--reading-epochs", 2]]


@pytest.mark.parametrize("options", ABLATIONS, ids=lambda o: " ".join(map(str, o)))
def test_what_chapter_6_varies(messages, capsys, tmp_path, options):
    words = [messages, "--folder", tmp_path, *TINY, "--epochs", 1, *options]
    code, out, err = classify(capsys, *words)
    assert code == 0, err
    assert "test, by class" in out and "learn" in out
    assert classify(capsys, "--folder", tmp_path, "--predict", "mah0")[0] == 0


@pytest.mark.parametrize("train", ["all", "lora"])
def test_the_reference_learns_the_same(messages, capsys, tmp_path, train):
    """Without dropout, step for step; in float32, so not to the bit."""
    found = []
    for backend in ("torch", "numpy"):
        folder = tmp_path / backend
        code, _, err = classify(capsys, messages, "--folder", folder, *TINY, "--dropout", 0,
                                "--train", train, "--backend", backend)
        assert code == 0, err
        found.append([[r[name] for name in ("train_loss", "validation_loss")]
                      for r in read_metrics(folder / "classify-1") if r["kind"] == "evaluation"])
    np.testing.assert_allclose(found[0], found[1], rtol=1e-3)


@pytest.mark.parametrize("weights", ["pretrained", "random"])
def test_a_pretrained_model_is_the_base(messages, capsys, tmp_path, weights):
    base = tiny_run(tmp_path)
    code, out, err = classify(capsys, messages, "--model", base, "--folder", tmp_path,
                              "--epochs", 1, "--weights", weights, "--threads", 1)
    assert code == 0, err
    assert "have more than 16 tokens; they are cut at their end\n" in out
    config = yaml.safe_load((tmp_path / "classify-1" / "config.yaml").read_text(encoding="utf-8"))
    assert config["classification"]["train"] == "last_block"    # not the recipe from scratch
    assert config["finetuning"]["learning_rate"] == 5e-5
    code, _, err = classify(capsys, messages, "--model", tmp_path / "classify-1", *TINY)
    assert code == 2 and "classif" in err


@pytest.mark.parametrize("backend", ["torch", "numpy"])
def test_a_resumed_run_is_an_uninterrupted_one(messages, capsys, tmp_path, backend):
    words = [*TINY, "--backend", backend, "--batch-size", 4, "--schedule", "constant"]
    for folder, epochs in (("whole", 2), ("parts", 1)):
        code, _, err = classify(capsys, messages, "--folder", tmp_path / folder, *words,
                                "--epochs", epochs, "--warmup", 0)
        assert code == 0, err
    run = tmp_path / "parts" / "classify-1"
    code, _, err = classify(capsys, "--resume", run)
    assert code == 2 and "--epochs" in err
    code, _, err = classify(capsys, "--resume", run, "--token", "first", "--epochs", 2)
    assert code == 2 and "token is mean in the run" in err
    code, _, err = classify(capsys, "--resume", run, "--epochs", 2)
    assert code == 0, err
    whole = tmp_path / "whole" / "classify-1"
    assert read_metrics(run) == read_metrics(whole)
    assert (run / "report.json").read_bytes() == (whole / "report.json").read_bytes()


@pytest.mark.parametrize("ending", [".yaml", ".toml", ""])
def test_the_recipe_follows_the_model(messages, capsys, tmp_path, ending):
    """GPT-2 is finetuned gently, also where a config file names it."""
    base = tiny_run(tmp_path)
    words = ["--model", base]
    if ending:
        words = ["--config", tmp_path / f"mine{ending}"]
        sign = ": " if ending == ".yaml" else " = "
        words[1].write_text(f'model{sign}"{base.as_posix()}"\n', encoding="utf-8")
    code, _, err = classify(capsys, messages, *words, "--folder", tmp_path, "--epochs", 1,
                            "--threads", 1)
    assert code == 0, err
    config = yaml.safe_load((tmp_path / "classify-1" / "config.yaml").read_text(encoding="utf-8"))
    assert config["classification"]["train"] == "last_block"
    assert config["finetuning"]["learning_rate"] == 5e-5
    assert config["finetuning"]["epochs"] == 1


def test_other_texts_do_not_go_on_with_a_run(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    file = written(Path("a.csv"), texts())
    assert classify(capsys, file, "--folder", tmp_path, *TINY, "--epochs", 1)[0] == 0
    written(file, texts()[1:])
    code, _, err = classify(capsys, "--resume", tmp_path / "classify-1", "--epochs", 2)
    assert code == 2 and "start a new run" in err
    # what was refused has left no trace: with its own texts the run goes on,
    # from any folder
    written(file, texts())
    other = written(tmp_path / "b.csv", texts()[1:])
    run = tmp_path / "classify-1"
    assert classify(capsys, "--resume", run, other, "--epochs", 2)[0] == 2
    monkeypatch.chdir(run)
    assert classify(capsys, "--resume", run, "--epochs", 2)[0] == 0
    # a run that was stopped before it was judged is judged
    (run / "report.json").unlink()
    assert classify(capsys, "--resume", run)[0] == 0 and (run / "report.json").exists()
    code, _, err = classify(capsys, "--resume", run)
    assert code == 2 and "--epochs" in err


def test_validation_and_test_files_of_ones_own(messages, capsys, tmp_path):
    own = written(tmp_path / "own.csv", texts(8))
    words = [messages, "--folder", tmp_path, *TINY, "--epochs", 1,
             "--validation-file", own, "--test-file", own]
    code, out, err = classify(capsys, *words)
    assert code == 0, err
    assert "40 texts to learn from (20 ham, 20 spam), 8 to choose by, 8 to be judged by" in out


def test_many_classes_and_fewer_texts_than_a_batch(capsys, tmp_path):
    file = written(tmp_path / "a.csv", texts(15, ("a", "b", "c", "d", "e")))
    code, out, err = classify(capsys, file, "--folder", tmp_path, *TINY, "--batch-size", 64)
    assert code == 0, err
    assert "5 texts to learn from (1 a, 1 b, 1 c, 1 d, 1 e)" in out


def test_without_a_file_it_learns_the_projects_own_messages(capsys, tmp_path):
    code, out, err = classify(capsys, "--folder", tmp_path, *TINY, "--epochs", 1)
    assert code == 0, err
    assert "280 texts to learn from (182 ham, 98 spam)" in out


@pytest.mark.parametrize("rows, options, message", [
    ([("ham", "a"), ("ham", "b")], [], "at least two classes, and all texts are 'ham'"),
    ([("ham", "a"), ("", "b")], [], "line 3: there is no label"),
    ([("ham", "a"), ("spam", "b")], [], "class 'ham' has 1 text, and each of 3 parts"),
    ([("ham", " "), ("spam", "")], [], "at least two classes, and there are none"),
    (texts(), ["--validation", 0], "no texts to choose the best model by"),
    (texts(), ["--padding", "wide"], "padding must be batch, longest, context or a number"),
    (texts(), ["--padding", 64], "padding to 64 tokens is more than the 32"),
    (texts(), ["--model", "gpt3"], "gpt2"),
    (texts(), ["--train", "some"], "last_layer"),
    (texts(), ["--d-model", 9], "n_heads"),
    (texts(), ["--token", "middle"], "last_real")])
def test_what_cannot_be_learned(capsys, tmp_path, rows, options, message):
    file = written(tmp_path / "a.csv", rows)
    code, _, err = classify(capsys, file, "--folder", tmp_path / "runs", *TINY, *options)
    assert code == 2 and message in err and err.count("\n") == 1
    assert not list((tmp_path / "runs").glob("classify-*"))     # nothing is left behind


def test_an_unknown_label_in_the_test_file(messages, capsys, tmp_path):
    own = written(tmp_path / "own.csv", [("phishing", "x"), ("ham", "y")])
    code, _, err = classify(capsys, messages, "--folder", tmp_path, *TINY, "--test-file", own)
    assert code == 2 and "of a class that no text to learn from has, for example 'phishing'" in err


def test_empty_texts_are_left_out_and_said_so(capsys, tmp_path):
    file = written(tmp_path / "a.csv", [*texts(), ("ham", " "), ("spam", "")])
    code, out, err = classify(capsys, file, "--folder", tmp_path, *TINY, "--epochs", 1)
    assert code == 0, err
    assert "2 empty texts are left out" in out


@pytest.mark.parametrize("words, message", [
    (["--run", "nothing", "--predict", "x"], "there is no run at nothing"),
    (["--predict", "x"], "there is no classifier in"),
    (["--run", "nothing"], "give it --predict"),
    (["no-such-file.csv"], "there is no file no-such-file.csv; expected a table of texts"),
    (["movie-review"], "or one of messages, movie-reviews, sms-spam"),
    (["gutenberg"], "there is no file gutenberg")])
def test_mistakes_in_using_it(capsys, tmp_path, words, message):
    code, _, err = classify(capsys, *words, "--folder", tmp_path)
    assert code == 2 and message in err


def test_an_empty_text_has_no_class(run, capsys):
    code, _, err = classify(capsys, "--run", run, "--predict", "  ")
    assert code == 2 and "nothing to classify" in err


def test_a_language_model_is_no_classifier(capsys, tmp_path):
    base = tiny_run(tmp_path)
    code, _, err = classify(capsys, "--run", base, "--predict", "x")
    assert code == 2 and "is a run of twinformer train, not a classifier" in err


def test_who_cuts_texts_says_what_would_read_them_whole(messages, capsys, tmp_path):
    """Where it is the context of a new model that cuts; padding is one's own choice."""
    def said(*options):
        code, out, err = classify(capsys, messages, *TINY, *options, "--epochs", 1, "--folder",
                                  tmp_path)
        assert code == 0, err
        return re.findall(r"\d+ of the texts .* cut at their end.*", out)

    length, = re.findall(r"\(--context-length (\d+) would read them whole\)",
                         *said("--context-length", 8))
    assert said("--context-length", length) == []
    assert said("--context-length", int(length) - 1)
    assert "--context-length" not in said("--padding", 8)[0]
