"""`twinformer export --format onnx`: what lies in the folder, what is said, what is refused."""
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from twinformer.backend import implementation
from twinformer.commands.main import main
from twinformer.export.onnx_check import (
    check_against_reference, decoded_in_steps, logits_of, session_of)
from twinformer.export.onnx_folder import export_onnx
from twinformer.runs.opened_run import open_run
from twinformer.tokenizers.words import SimpleTokenizerV1

from ..tiny_run import tiny_run
from .onnx_models import assert_the_runs_logits, opened, past_of, random_ids

for module in ("onnx", "onnxscript", "onnxruntime"):
    pytest.importorskip(module)

PAGE = Path(__file__).parents[2] / "docs/export.md"


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """(a run, the folder it was exported to)"""
    folder = tmp_path_factory.mktemp("onnx")
    run = tiny_run(folder, tokenizer="bpe")
    assert main(["export", str(run), str(folder / "my-onnx"), "--format", "onnx"]) == 0
    return open_run(run), folder / "my-onnx"


def test_a_folder_as_hugging_faces(exported):
    run, folder = exported
    assert sorted(path.name for path in folder.iterdir()) == [
        "config.json", "generation_config.json", "model.onnx", "tokenizer.json",
        "tokenizer_config.json"]
    assert json.loads((folder / "config.json").read_text("utf-8"))["model_type"] == "gpt2"
    session = session_of(folder / "model.onnx")
    about = session.get_modelmeta()
    config, found = run.config.model, about.custom_metadata_map
    assert about.producer_name == "twinformer"
    assert (found["kind"], found["vocab_size"], found["context_length"], found["past"]) == (
        "gpt2", str(config.vocab_size), "16", "true")
    assert json.loads(found["stop_tokens"]) == list(run.tokenizer.stop_tokens)
    assert json.loads(found["config"])["n_layers"] == 2
    ids = random_ids(run, 3, 16)
    assert_the_runs_logits(run, ids, decoded_in_steps(session, ids, (7, 1)))


def test_learned_positions_are_counted_from_where_a_text_begins(exported):
    run, folder = exported
    session = session_of(folder / "model.onnx")
    ids, seen = random_ids(run, 2, 12), np.ones((2, 12), np.int64)
    seen[1, :5] = 0
    logits = session.run(["logits"], {
        "input_ids": ids, "attention_mask": seen, **past_of(session, 2)})[0]
    assert_the_runs_logits(run, ids[1:, 5:], logits[1:, 5:])


def test_no_path_of_this_machine_is_in_it(exported):
    content = (exported[1] / "model.onnx").read_bytes()
    assert b".py" not in content and b"torch_impl" not in content


def test_the_example_of_the_page_writes_what_generate_writes(exported, monkeypatch, capsys):
    """Up to the last token that the model can look at."""
    run, folder = exported
    monkeypatch.chdir(folder.parent)
    (code,) = (block for block in re.findall(r"```\n(.*?)```", PAGE.read_text("utf-8"), re.S)
               if "InferenceSession" in block)
    exec(compile(code, str(PAGE), "exec"), {})
    package, tokenizer = implementation("numpy"), run.tokenizer
    model = package.model_of(run.config.model, run.parameters)
    ids = tokenizer.encode("def ")
    new = list(package.generate(model, ids, 16 - len(ids), temperature=0,
                                stop=tokenizer.stop_tokens))
    assert len(new) > 4
    assert capsys.readouterr().out == tokenizer.decode(ids + new) + "\n"


def test_what_computes_something_else_is_noticed(exported):
    run, folder = exported
    file = folder / "model.onnx"
    assert "at most" in check_against_reference(file, run, run.parameters)
    moved = run.parameters | {"final_norm.bias": run.parameters["final_norm.bias"] + 1}
    with pytest.raises(ValueError, match="does not compute what the model computes"):
        check_against_reference(file, run, moved)


def test_what_is_refused(exported, tmp_path, capsys):
    run, folder = exported
    assert main(["export", str(run.folder), str(folder), "--format", "onnx"]) == 2
    assert "exists and is not empty" in capsys.readouterr().err
    for words, said in ((["--format", "onnx", "--dtype", "f16"], "--dtype is for --format gguf"),
                        (["--format", "onnx", "--adapter"], "--adapter is for"),
                        (["--no-past"], "--no-past is for --format onnx")):
        assert main(["export", str(run.folder), str(tmp_path / "out"), *words]) == 2
        assert said in capsys.readouterr().err
    with pytest.raises(ValueError, match="no exact form"):
        export_onnx(replace(run, tokenizer=SimpleTokenizerV1({"a": 0})), str(tmp_path / "out"))
    assert list(tmp_path.iterdir()) == []


def test_the_past_is_of_models_that_write(tmp_path):
    with pytest.raises(ValueError, match="bert does not write"):
        export_onnx(opened("bert"), str(tmp_path / "out"), past=False)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_without_the_past(exported, tmp_path, capsys):
    run, _ = exported
    words = ["export", str(run.folder), str(tmp_path / "out"), "--format", "onnx", "--no-past"]
    assert main(words) == 0
    assert "inputs input_ids, attention_mask; outputs logits\n" in capsys.readouterr().out
    session = session_of(tmp_path / "out" / "model.onnx")
    ids = random_ids(run, 3, 11)
    assert_the_runs_logits(run, ids, logits_of(session, ids))


@pytest.mark.slow
def test_large_weights_lie_beside_the_graph(exported, tmp_path):
    """Which may be moved together."""
    run, _ = exported
    package = implementation("torch")
    model = package.model_of(run.config.model, dict(run.parameters))
    (tmp_path / "here").mkdir()
    package.write_onnx(package.onnx_form(model), tmp_path / "here/model.onnx", {}, one_file=0)
    (tmp_path / "here").rename(tmp_path / "there")
    sizes = {path.name: path.stat().st_size for path in (tmp_path / "there").iterdir()}
    assert sizes.keys() == {"model.onnx", "model.onnx.data"}
    assert sizes["model.onnx.data"] > sum(a.nbytes for a in run.parameters.values()) // 2
    ids = random_ids(run, 2, 9)
    session = session_of(tmp_path / "there/model.onnx")
    assert_the_runs_logits(run, ids, decoded_in_steps(session, ids, ()))


@pytest.mark.slow
def test_bert_by_the_command(tmp_path):
    run = opened("bert")
    said = export_onnx(run, str(tmp_path / "out"))
    assert "outputs logits, last_hidden_state" in said and "at most" in said
    config = json.loads((tmp_path / "out/config.json").read_text("utf-8"))
    assert config["model_type"] == "bert"
    assert np.isfinite(logits_of(session_of(tmp_path / "out/model.onnx"),
                                 random_ids(run, 1, 5))).all()
