"""twinformer evaluate perplexity, and eval, its older name: every target once, the
same figures from both backends."""
import json
import math

import numpy as np
import pytest

from twinformer.runs.opened_run import open_run
from twinformer.commands.generate import build_model
from twinformer.commands.main import main

from ..tiny_run import TEXT, tiny_run


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return tiny_run(tmp_path_factory.mktemp("runs"))


def evaluate(capsys, *words):
    code = main(["eval", *map(str, words)])
    captured = capsys.readouterr()
    return code, captured.out, captured.err


def figures(capsys, *words):
    code, out, _ = evaluate(capsys, *words, "--json")
    assert code == 0
    return json.loads(out)


def by_hand(run, tokens):
    """-log p of every token but the first, window by window."""
    opened = open_run(run)
    model, _ = build_model(opened, "numpy", "auto")
    total = 0.0
    for start in range(0, len(tokens) - 1, 16):
        window = tokens[start:start + 17]
        logits = model.forward(np.array([window[:-1]]))[0][0].astype(np.float64)
        logp = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
        total -= logp[np.arange(len(window) - 1), window[1:]].sum()
    return total


@pytest.mark.parametrize("backend", ["numpy", "torch"])
@pytest.mark.parametrize("length", [1, 15, 16, 17, 100])
def test_every_token_of_a_file_counts_once(run, capsys, tmp_path, backend, length):
    text = TEXT[:length]
    (tmp_path / "text.txt").write_text(text, encoding="utf-8", newline="")
    found = figures(capsys, run, "--corpus", tmp_path / "text.txt", "--backend", backend,
                    "--batch-size", 3)

    size = len(text.encode())
    assert found["bytes"] == size and found["tokens"] == size + 1  # and the end of text
    tokenizer = open_run(run).tokenizer
    end = tokenizer.end_of_text
    nats = by_hand(run, [end, *tokenizer.encode_ordinary(text), end])
    assert found["nats_per_token"] == pytest.approx(nats / (size + 1), rel=1e-5)
    assert found["bits_per_byte"] == pytest.approx(nats / math.log(2) / size, rel=1e-5)
    assert found["perplexity"] == pytest.approx(math.exp(nats / (size + 1)), rel=1e-4)


def test_the_validation_part_is_the_default(run, capsys):
    first = figures(capsys, run)
    again = figures(capsys, run)
    numpy = figures(capsys, run, "--backend", "numpy")
    batch = figures(capsys, run, "--batch-size", 1)
    assert first == again
    assert first["step"] == 4 and first["text"] == "the validation part of its corpus"
    for other in (numpy, batch):
        assert other["tokens"] == first["tokens"]
        assert other["nats_per_token"] == pytest.approx(first["nats_per_token"], rel=1e-5)


def test_the_report_can_be_read(run, capsys):
    code, out, err = evaluate(capsys, run)
    assert code == 0
    for words in ("step 4, on the validation part", "nats per token", "perplexity",
                  "bits per byte", "bytes of text"):
        assert words in out
    assert "tokens/s (torch)" in err


@pytest.mark.parametrize("backend", ["numpy", "torch"])
def test_windows_that_overlap(run, capsys, tmp_path, backend):
    """Each token of the second window on has 12 - 5 tokens or more before it."""
    (tmp_path / "text.txt").write_text(TEXT[:60], encoding="utf-8", newline="")
    found = figures(capsys, run, "--corpus", tmp_path / "text.txt", "--window", 12,
                    "--stride", 5, "--backend", backend)
    opened = open_run(run)
    end = opened.tokenizer.end_of_text
    tokens = [end, *opened.tokenizer.encode_ordinary(TEXT[:60]), end]
    model, _ = build_model(opened, "numpy", "auto")
    total, done = 0.0, 1
    for start in range(0, len(tokens), 5):
        window = tokens[start:start + 13]
        logits = model.forward(np.array([window[:-1]]))[0][0].astype(np.float64)
        logp = logits - np.log(np.exp(logits).sum(-1, keepdims=True))
        for place in range(done - start, len(window)):
            total -= logp[place - 1, window[place]]
        done = start + len(window)
        if done == len(tokens):
            break
    assert (found["window"], found["stride"]) == (12, 5)
    assert found["tokens"] == len(tokens) - 1
    assert found["nats_per_token"] == pytest.approx(total / (len(tokens) - 1), rel=1e-5)


def test_all_names_of_the_mode(run, capsys):
    """eval RUN as ever, evaluate RUN, evaluate perplexity RUN"""
    expected = figures(capsys, run)
    for words in (["evaluate"], ["evaluate", "perplexity"], ["eval", "perplexity"]):
        assert main([*words, str(run), "--json"]) == 0
        assert json.loads(capsys.readouterr().out) == expected


def test_the_run_is_read_once(run, capsys, monkeypatch):
    from twinformer.runs import run_folder

    opened = []
    monkeypatch.setattr(run_folder, "load_checkpoint",
                        lambda path, load=run_folder.load_checkpoint: (
                            opened.append(path), load(path))[1])
    figures(capsys, run)
    assert len(opened) == 1


def test_weights_from_elsewhere_need_a_text(capsys, tmp_path):
    from twinformer.models.config import GPT2Config
    from numpy_impl.models.gpt2 import GPTModel
    from twinformer.models.initialisation import initial_parameters
    from numpy_impl.models.parameters import set_parameters
    from numpy_impl.models.pretrained import save_pretrained
    from twinformer.tokenizers.formats.huggingface_files import write_tokenizer_json
    from twinformer.tokenizers.vocabulary import Vocabulary

    config = GPT2Config(vocab_size=257, context_length=16, d_model=16, n_heads=2, n_layers=1)
    model = GPTModel(config)
    set_parameters(model, initial_parameters(config, 0))
    save_pretrained(model, tmp_path / "weights")
    write_tokenizer_json(Vocabulary({bytes([i]): i for i in range(256)}, "gpt2",
                                    {"<|endoftext|>": 256}, None),
                         tmp_path / "weights" / "tokenizer.json")
    code, _, err = evaluate(capsys, tmp_path / "weights")
    assert code == 2 and "brings no text of its own; give one with --data" in err
    (tmp_path / "text.txt").write_text(TEXT, encoding="utf-8")
    for backend in ("numpy", "torch"):
        found = figures(capsys, tmp_path / "weights", "--corpus", tmp_path / "text.txt",
                        "--backend", backend)
        assert found["tokens"] == len(TEXT.encode()) + 1
        assert found["nats_per_token"] == pytest.approx(math.log(257), rel=0.01)


@pytest.mark.parametrize(("words", "message"), [
    (["--corpus", "no-such-file"], "there is no corpus at no-such-file"),
    (["--batch-size", "0"], "batch_size must be at least 1"),
    (["--backend", "numpy", "--device", "mps"], "device"),
    (["--corpse", "x"], "did you mean --corpus?"),
    (["--window", "17"], "sees at most 16 tokens, so the window cannot have 17"),
    (["--window", "8", "--stride", "9"], "a stride of 9 would leave tokens out"),
    (["--stride", "0"], "stride must be at least 1, got 0"),
])
def test_mistakes_are_one_line(run, capsys, words, message):
    code, out, err = evaluate(capsys, run, *words)
    assert code == 2 and out == ""
    assert err.startswith("twinformer: error: ") and message in err and err.count("\n") == 1


def test_a_finetuned_run_needs_a_text(run, capsys, tmp_path, monkeypatch):
    from dataclasses import replace

    from twinformer.commands import opening

    finetuned = replace(open_run(run), task={"kind": "instructions"})
    monkeypatch.setattr(opening, "open_model", lambda source, backend: finetuned)
    code, _, err = evaluate(capsys, run)
    assert code == 2 and "was finetuned for instructions, not on a text" in err
    (tmp_path / "text.txt").write_text("A text.", encoding="utf-8")
    assert figures(capsys, run, "--corpus", tmp_path / "text.txt")["tokens"] == 8


def test_a_mode_that_was_mistyped(capsys, tmp_path):
    assert main(["evaluate", "perplxity", "runs/run-1"]) == 2
    assert "there is no mode 'perplxity'; did you mean perplexity?" in capsys.readouterr().err
    assert main(["evaluate", "nowhere"]) == 2
    assert "there is no run at nowhere" in capsys.readouterr().err


def test_help_lists_the_modes(capsys):
    from twinformer.commands.evaluate.command import MODES

    for words in ([], ["--help"], ["-h"]):
        assert main(["evaluate", *words]) == 0
        shown = capsys.readouterr().out
        assert all(f"\n  {mode} " in shown for mode in MODES)
    for mode in MODES:
        with pytest.raises(SystemExit):
            main(["evaluate", mode, "--help"])
        assert f"usage: twinformer evaluate {mode}" in capsys.readouterr().out


def test_files_that_cannot_be_measured_are_named(run, capsys, tmp_path):
    (tmp_path / "empty.txt").write_text("")
    code, _, err = evaluate(capsys, run, "--corpus", tmp_path / "empty.txt")
    assert code == 2 and "the corpus is empty" in err
    (tmp_path / "latin.txt").write_bytes("é".encode("latin-1"))
    code, _, err = evaluate(capsys, run, "--corpus", tmp_path / "latin.txt")
    assert code == 2 and "byte 0xe9 at offset 0" in err
    code, _, err = evaluate(capsys, tmp_path)
    assert code == 2 and "there is no checkpoint in" in err


def test_characters_that_the_model_never_saw(capsys, tmp_path):
    run = tiny_run(tmp_path, "characters", steps=1)
    (tmp_path / "other.txt").write_text("The ж", encoding="utf-8")
    code, _, err = evaluate(capsys, run, "--corpus", tmp_path / "other.txt")
    assert code == 2 and "this model cannot read" in err and "'ж'" in err
    (tmp_path / "one.txt").write_text("T")
    code, out, _ = evaluate(capsys, run, "--corpus", tmp_path / "one.txt")
    assert code == 0 and "perplexity" in out    # of the end of text after it
    (tmp_path / "a.csv").write_text("id,body\n1,The fox\n2,The dog\n")
    code, _, err = evaluate(capsys, run, "--corpus", tmp_path / "a.csv")
    assert code == 2 and "has to be named by --text-field: id, body" in err
    assert evaluate(capsys, run, "--corpus", tmp_path / "a.csv", "--text-field", "body")[0] == 0
