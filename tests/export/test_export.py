"""`twinformer export`: transformers and peft open what we write, and compute the same."""
import json

import numpy as np
import pytest
import torch

import twinformer
from twinformer.backend import default_backend, implementation
from twinformer.commands.main import main
from twinformer.commands.opening import open_model
from twinformer.runs.opened_run import open_run

from ..tiny_base import command, tasks_file, tiny_base

TEXTS = ["the cat sat.\n", " the  cat", ""]
pytestmark = [pytest.mark.usefixtures("no_plots"), pytest.mark.filterwarnings("ignore")]


@pytest.fixture(scope="module", params=["bytes", "bpe", "characters"])
def exported(request, tmp_path_factory):
    """(a run, the folder it was exported to)"""
    folder = tmp_path_factory.mktemp(request.param)
    run = tiny_base(folder, request.param, times=16)
    assert main(["export", str(run), str(folder / "out")]) == 0
    return run, folder / "out"


def test_the_same_ids_and_logits(exported):
    from transformers import AutoModelForCausalLM, AutoTokenizer

    run, folder = exported
    opened = open_run(run)
    theirs, tokenizer = (kind.from_pretrained(folder)
                         for kind in (AutoModelForCausalLM, AutoTokenizer))
    texts = TEXTS if opened.tokenizer.kind == "characters" else [*TEXTS, "你好，世界", "naïve 🙂"]
    for text in texts:
        ids = opened.tokenizer.encode(text)
        assert tokenizer(text)["input_ids"] == ids, text
        assert tokenizer.decode(ids) == text
    end = opened.tokenizer.end_of_text
    assert tokenizer.eos_token_id == end == theirs.generation_config.eos_token_id
    assert tokenizer.encode("<|endoftext|>") == [end]
    model = implementation("torch").model_of(opened.config.model, opened.parameters).eval()
    ids = torch.tensor([opened.tokenizer.encode(TEXTS[0])])
    with torch.no_grad():
        ours, logits = model(ids), theirs.eval()(ids).logits
    size = float(ours.abs().max())
    assert float((ours - logits).abs().max()) <= 64 * torch.finfo(ours.dtype).eps * size


def test_a_run_of_wordpiece(tmp_path):
    """No [CLS] is put around a text: the model has learned to write on without."""
    from transformers import AutoTokenizer

    run = tiny_base(tmp_path, "wordpiece", times=16)
    assert main(["export", str(run), str(tmp_path / "out")]) == 0
    tokenizer, opened = AutoTokenizer.from_pretrained(tmp_path / "out"), open_run(run)
    for text in (*TEXTS, "The CAT's mat, \u4f60\u597d!"):
        assert tokenizer(text)["input_ids"] == opened.tokenizer.encode(text)
    assert tokenizer.eos_token_id == opened.tokenizer.end_of_text
    again = open_model(str(tmp_path / "out"), default_backend())
    assert again.tokenizer.to_dict() == opened.tokenizer.to_dict()


def test_a_pipeline_writes_on(exported):
    from transformers import pipeline

    write = pipeline("text-generation", str(exported[1]))
    (found,) = write("the cat", max_new_tokens=3, do_sample=False)
    assert found["generated_text"].startswith("the cat")


def test_we_open_it_as_well(exported):
    """The weights by load_pretrained, the tokenizer by the commands."""
    run, folder = exported
    before, after = open_run(run), open_model(str(folder), default_backend())
    assert after.tokenizer.encode(TEXTS[0]) == before.tokenizer.encode(TEXTS[0])
    assert after.tokenizer.end_of_text == before.tokenizer.end_of_text
    for source in (run, folder):
        for backend in ("numpy", "torch"):
            model = twinformer.load_pretrained(source, backend=backend)
            weights = dict(model.named_parameters())
            np.testing.assert_array_equal(
                np.asarray(weights["token_embedding.weight"].data),
                before.parameters["token_embedding.weight"])


def test_an_adapter_and_its_base(tmp_path, capsys):
    from peft import AutoPeftModelForCausalLM

    base = tiny_base(tmp_path)
    code, _, err = command(
        capsys, "instruct", tasks_file(tmp_path / "tasks.json"), "--model", base, "--folder",
        tmp_path, "--epochs", 1, "--template", "phi3", "--max-new-tokens", 2, "--device", "cpu",
        "--learning-rate", "0.01", "--train", "lora", "--rank", 2)
    assert code == 0, err
    run = tmp_path / "instruct-1"
    assert main(["export", str(run), str(tmp_path / "lora"), "--adapter"]) == 0
    theirs = AutoPeftModelForCausalLM.from_pretrained(tmp_path / "lora").eval()
    opened = open_run(run)
    ours = implementation("torch").model_of(opened.config.model, opened.parameters).eval()
    ids = torch.tensor([opened.tokenizer.encode("Say yes.")])
    with torch.no_grad():
        expected, found = ours(ids), theirs(ids).logits
    size = float(expected.abs().max())
    assert float((found - expected).abs().max()) <= 64 * torch.finfo(found.dtype).eps * size
    assert main(["export", str(base), str(tmp_path / "none"), "--adapter"]) == 2
    assert "has no adapter" in capsys.readouterr().err and not (tmp_path / "none").exists()


def test_nothing_is_overwritten(tmp_path, capsys, exported):
    (tmp_path / "letters").write_text("mine")
    assert main(["export", str(exported[0]), str(tmp_path)]) == 2
    err = capsys.readouterr().err
    assert "exists and is not empty" in err and err.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["letters"]


def test_what_has_no_tokenizer_json_is_refused_before_anything_is_written(tmp_path, capsys):
    from dataclasses import replace

    from twinformer.export.folder import export_model
    from twinformer.tokenizers.words import SimpleTokenizerV1

    opened = replace(open_run(tiny_base(tmp_path)), tokenizer=SimpleTokenizerV1({"a": 0}))
    with pytest.raises(ValueError, match="words-v1 tokenizer has no exact form"):
        export_model(opened, str(tmp_path / "out"))
    assert not (tmp_path / "out").exists()


def test_a_folder_without_a_tokenizer_is_no_empty_one(tmp_path):
    """AutoTokenizer made an empty GPT-2 tokenizer of it, and said nothing."""
    from transformers import AutoTokenizer

    opened = open_run(tiny_base(tmp_path))
    package = implementation("numpy")
    model = package.model_of(opened.config.model, opened.parameters)
    package.save_pretrained(model, tmp_path / "saved")
    with pytest.raises(Exception, match="(?i)tokenizer"):
        AutoTokenizer.from_pretrained(tmp_path / "saved")
    package.save_pretrained(model, tmp_path / "saved", opened.tokenizer)
    config = json.loads((tmp_path / "saved" / "config.json").read_text())
    assert config["eos_token_id"] == opened.tokenizer.end_of_text
    assert AutoTokenizer.from_pretrained(tmp_path / "saved").encode("cat") == list(b"cat")
