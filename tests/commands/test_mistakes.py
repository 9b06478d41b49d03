"""Mistakes that people make: one line says what was expected and what came."""
import errno
import json
import os

import pytest

from twinformer.commands.main import main
from twinformer.commands.mistakes import in_one_line

from ..tiny_base import tasks_file, tiny_base
from ..tiny_run import TEXT


@pytest.fixture(scope="module")
def desk(tmp_path_factory):
    """A folder with a run, and files of all sorts that will not do."""
    folder = tmp_path_factory.mktemp("desk")
    (folder / "runs").mkdir()
    tiny_base(folder / "runs").rename(folder / "runs" / "run-1")
    for run, section in (("instruct-1", "instructions"), ("dpo-1", "preferences"),
                         ("classify-1", "classification")):
        (folder / "runs" / run / "checkpoints").mkdir(parents=True)
        (folder / "runs" / run / "config.yaml").write_text(f"{section}: {{}}\n")
    (folder / "text.txt").write_text(TEXT, encoding="utf-8")
    (folder / "empty.txt").touch()
    (folder / "no files").mkdir()
    (folder / "noise.txt").write_bytes(bytes(range(128, 256)))
    (folder / "table.csv").write_text("label,text\nham,hello\nspam,win\n")
    (folder / "few.yaml").write_text("training: {max_steps: -5}\n")
    (folder / "half.yaml").write_text("training: {max_steps: 1.5}\n")
    (folder / "base.yaml").write_text("model: gpt2\n")
    (folder / "scores.json").write_text(json.dumps([1, None]))
    tasks_file(folder / "tasks.json")
    return folder


def refused(capsys, *words):
    assert main([*words]) == 2
    out, error = capsys.readouterr()
    assert error.startswith("twinformer: error: ") and error.count("\n") == 1, error
    return error


@pytest.mark.parametrize(("line", "said"), [
    # options: what is expected, what came, what was meant
    ("train --max-steps 1.5", "--training.max_steps: expected a whole number, got 1.5"),
    ("train --learning-rate fast", "expected a number, got fast"),
    ("train --learning-rate nan", "expected a number, got nan"),
    ("train --d-model -16", "model.d_model must be at least 1, got -16"),
    ("train --device gpu", "expected one of 'auto', 'cpu', 'cuda', 'mps', got gpu"),
    ("train --epochs 5", "training is counted in steps"),
    ("train -n 5", "there is no option -n; names of options begin with two dashes"),
    ("train --seed", "--seed expects a word after it, got nothing"),
    ("train --seed --name x", "--seed expects a word after it, got the option --name"),
    ("train --block-size 64", "did you mean --context-length?"),
    ("train --n-embd 64", "did you mean --d-model?"),
    ("generate run-1 --max-tokens 5", "did you mean --max-new-tokens?"),
    ("generate run-1 --run run-1", "did you mean --model?"),
    ("walk hello --run run-1", "did you mean --model?"),
    ("verify gpt2 --weights x", "did you mean --model?"),
    ("ask run-1 --file tasks.json", "did you mean --data?"),
    ("instruct --dataset tasks.json", "did you mean --data?"),
    ("evaluate judge tasks.json --model x", "did you mean --judge?"),
    ("walk hello --dtype float16", "--dtype: expected one of 'float64', 'float32', got float16"),
    # words in front
    ("generate", "twinformer generate expects MODEL: a run, "),
    ("generate run-1 more", "'more' is one word too many"),
    ("generate --model run-1 run-1", "'run-1' is one word too many"),
    ("instruct a.json b.json", "expects one FILE in front; 'b.json' is one word too many"),
    ("classify table.csv --data table.csv", "table.csv and --data say the same"),
    ("data lst", "expected one of 'list', 'get', 'prepare', 'show', got lst"),
    ("evaluate perplexitty run-1", "did you mean perplexity?"),
    # the model one starts from, and runs
    ("train --model gpt2", "--preset gpt2 gives it GPT-2's shape"),
    ("train --config base.yaml", "base.yaml: 'model' is a section; training begins with a new"),
    ("train --resume run-9", "there is no run at run-9; the runs in runs/ are "),
    ("generate run-9", "the runs in runs/ are "),
    ("train --resume instruct-1", "runs/instruct-1 is a run of twinformer instruct, not of train; "
     "go on with it: twinformer instruct --resume runs/instruct-1"),
    ("instruct --resume dpo-1", "go on with it: twinformer dpo --resume runs/dpo-1"),
    ("dpo --resume classify-1", "go on with it: twinformer classify --resume runs/classify-1"),
    ("classify --resume run-1", "go on with it: twinformer train --resume runs/run-1"),
    ("classify --predict hi --run run-1", "runs/run-1 is a run of twinformer train, not a class"),
    ("classify --predict hi --model run-1", "runs/run-1 is a run of twinformer train, not a cl"),
    ("train --resume run-1", "the run has done all of its 2 steps"),
    ("generate text.txt", "text.txt is of no format known here"),
    # files
    ("train --config few.yaml", "must be at least 1, got -5 (in few.yaml)"),
    ("train --config half.yaml", "expected a whole number, got 1.5 (in half.yaml)"),
    ("train --config half.yaml --max-steps -1", "expected a whole number, got 1.5"),
    ("train empty.txt --backend numpy", "no text in empty.txt"),
    ("train noise.txt --backend numpy", "noise.txt is not UTF-8 text: byte 0x80 at offset 0"),
    ("train text.txt --name a/b", "name 'a/b' cannot be a folder's name"),
    ("train text.txt --folder text.txt", "runs cannot be written to text.txt"),
    ("evaluate correlate scores.json nowhere.json", "there is no file or folder nowhere.json"),
    ("ask run-1 --data tasks.json --output text.txt/a.json", "text.txt is a file, not a folder"),
    ("ask run-1 --data tasks.json --output tasks.json", "tasks.json exists already"),
    ("classify table.csv --run x --output text.txt/a", "text.txt is a file, not a folder"),
])
def test_one_line(desk, capsys, monkeypatch, line, said):
    monkeypatch.chdir(desk)
    before = sorted(desk.rglob("*"))
    assert said in refused(capsys, *line.split())
    assert sorted(desk.rglob("*")) == before    # and nothing is left behind


@pytest.mark.parametrize("name", ["run-1", "runs/run-1", "./runs/run-1", "runs/run-1/"])
def test_every_name_of_a_run(desk, capsys, monkeypatch, name):
    monkeypatch.chdir(desk)
    tiny = ["--max-new-tokens", "2", "--prompt", "a", "--backend", "numpy"]
    assert main(["generate", name, *tiny]) == main(["generate", "--model", name, *tiny]) == 0
    assert main(["evaluate", "perplexity", name, "--backend", "numpy", "--data", "text.txt"]) == 0
    with pytest.raises(SystemExit):
        main(["train", "--resume", name, "--max-steps", "9", "--print_config"])
    assert "max_steps: 9" in capsys.readouterr().out


@pytest.mark.parametrize(("number", "said"), [
    (errno.ENOENT, "there is no file or folder a.txt"),
    (errno.EISDIR, "a.txt is a folder; expected a file"),
    (errno.EACCES, "a.txt may not be read or written by you: permission denied"),
    (errno.ENOSPC, "the disk is full, at a.txt; make room, or name a folder on another disk")])
def test_what_the_system_says_in_words(number, said):
    assert in_one_line(OSError(number, os.strerror(number), "a.txt")) == said
    assert in_one_line(FileNotFoundError("there is no run at x")) == "there is no run at x"
