"""`twinformer divergence`: models of every kind by their names, words, JSON, exit codes."""
import json
import sys

import pytest

from torch_impl import model_of, save_pretrained
from twinformer.runs.opened_run import open_run

from ..tiny_base import command, mistake
from ..tiny_run import tiny_run

PORT = '''
import torch
from tests.divergence.tiny_llama import Model, V, adamw, decays_all


class Letters:
    """One id a letter."""

    def __init__(self, wrong=""):
        self.wrong = wrong

    def encode(self, text):
        return [ord(letter) % 30 + (letter == self.wrong) for letter in text]


def right():
    return Model(), Letters()


def one_wrong_id():
    return Model(), Letters("c")


def with_an_optimizer():
    model = Model()
    return model, decays_all(model)


def words():
    return "no model"


def broken():
    return torch.zeros(2) @ torch.zeros(3)


def no_logits():
    return torch.nn.Embedding(V, 4).requires_grad_(False)


def in_float32_alone():
    model = Model()
    model.head.forward = lambda x: torch.addmm(
        torch.zeros(V), x.flatten(0, 1), model.head.weight.T).unflatten(0, x.shape[:2])
    return model
'''


@pytest.fixture
def here(tmp_path, monkeypatch):
    """The user's working folder, with a port of theirs in it."""
    (tmp_path / "my_port.py").write_text(PORT)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    sys.modules.pop("my_port", None)    # of another folder
    yield tmp_path
    sys.modules.pop("my_port", None)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return tiny_run(tmp_path_factory.mktemp("runs"))


def divergence(capsys, *words, plot=""):
    return command(capsys, "divergence", *words, f"--plot={plot}")


def test_a_run_by_both_backends(capsys, run, here):
    code, out, _ = divergence(capsys, run, run, "--backend-b", "numpy", "--steps", 2,
                              "--text", "To be, or not to be", plot="depth.svg")
    assert code == 0, out
    assert "1 x 16 ids, in float64" in out
    assert "Outputs agree: 28 modules.\nGradients agree: 56.\n" in out
    assert "Training agrees for 2 steps." in out
    assert (here / "depth.svg").read_bytes().startswith(b"<?xml")


def test_a_run_and_its_folder_by_transformers(capsys, run, here):
    opened = open_run(run)
    model = model_of(opened.config.model, opened.parameters)
    save_pretrained(model, here / "exported")
    code, out, _ = divergence(capsys, run, f"hf:{here / 'exported'}", plot="depth.png")
    assert code == 0, out
    assert "blocks.0.attention.qkv = transformer.h.0.attn.c_attn" in out
    assert (here / "depth.png").read_bytes().startswith(b"\x89PNG")
    code, out, _ = divergence(capsys, "exported", run, "--text", "To be")   # no vocabulary there
    assert code == 0, out

    weight = model.blocks[1].attention.out.weight.detach()
    weight[...] = weight.T.clone()
    save_pretrained(model, here / "transposed")
    code, out, _ = divergence(capsys, run, f"hf:{here / 'transposed'}")
    assert code == 1
    assert "Outputs part first at: blocks.1.attention.out\n    weight differs: B's is A's, " \
        "transposed" in out


def test_the_first_wrong_id(capsys, here):
    code, out, _ = divergence(capsys, "my_port:right", "my_port:one_wrong_id", "--text", "abcabc")
    assert code == 1
    assert "The ids part first: number 2 is 9 (?) in A and 10 (?) in B." in out
    assert "Outputs agree" in out
    code, out, _ = divergence(capsys, "my_port:right", "my_port:one_wrong_id", "--text", "ababab")
    assert code == 0 and "ids part" not in out


def test_optimizers_of_a_factory_and_of_an_option(capsys, here):
    for words in (["my_port:with_an_optimizer"],
                  ["my_port:right", "--optimizer-b", "my_port:decays_all"]):
        code, out, _ = divergence(capsys, "my_port:right", *words, "--steps", 1,
                                  "--optimizer-a", "my_port:adamw")
        assert code == 1
        assert "Training parts at step 1: blocks.0.norm1.weight, and 8 more tensors\n    " \
            "the difference is 0.0001 of the weight itself: B decays it" in out


def test_json_for_programs(capsys, here):
    code, out, _ = divergence(capsys, "my_port:right", "tests.divergence.tiny_llama:erf", "--json")
    found = json.loads(out, parse_constant=pytest.fail)
    assert code == 1 and found["agree"] is False
    assert found["first_output"] == "blocks.0.feed_forward, between up and down"
    assert found["causes"][0] == "A has GELU by tanh there, B GELU by erf"
    assert found["outputs"][0] == {"a": "embedding", "b": "embedding", "shape": [2, 16, 16],
                                   "error": 0.0, "difference": 0.0, "parts": False}
    assert found["first_step"] is None and found["first_id"] is None


def test_what_cannot_be_float64_is_compared_in_float32(capsys, here):
    code, out, _ = divergence(capsys, "my_port:right", "my_port:in_float32_alone")
    assert code == 0 and "in float32" in out, out


@pytest.mark.parametrize("words, message", [
    (["nowhere", "my_port:right"], "there is no run at nowhere"),
    (["my_port:rihgt", "my_port:right"], "has no function rihgt; it has right, one_wrong_id"),
    (["no_port:right", "my_port:right"], "there is no module no_port in"),
    (["my_port:words", "my_port:right"], "my_port:words returned str; expected a model"),
    (["my_port:broken", "my_port:right"], "my_port:broken: RuntimeError at my_port.py:"),
    (["my_port:right", "my_port:no_logits"], "my_port:no_logits: expected logits (batch"),
    (["hf:nowhere", "my_port:right"], "hf:nowhere: there is no folder nowhere"),
    (["my_port:right", "my_port:right", "--text", "a"], "the text is 1 token long"),
    (["my_port:with_an_optimizer", "my_port:with_an_optimizer", "--text", "abc"],
     "neither model has a tokenizer"),
    (["my_port:right", "my_port:right", "--steps", "-1"], "--steps must be 0 or more, got -1"),
    (["my_port:right", "my_port:right", "--plot", "a.pdf"], "--plot draws .png or .svg"),
    (["my_port:right", "my_port:right", "--plot", "no/a.png"], "there is no such folder"),
    (["my_port:right", "my_port:right", "--steps", "1", "--optimizer-b", "my_port:words"],
     "my_port:words"),
])
def test_mistakes_end_in_one_line(capsys, here, words, message):
    plot = [] if "--plot" in words else ["--plot="]
    assert message in mistake(capsys, "divergence", *words, *plot)
