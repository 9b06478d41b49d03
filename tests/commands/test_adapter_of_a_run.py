"""--train lora: the adapter of the best model lies in the run's folder, and put
beside the base it is the best model."""

import numpy as np
import pytest

from twinformer.backend import implementation
from twinformer.adapters.files import read_adapter
from twinformer.runs.checkpoint import load_checkpoint
from twinformer.commands.opening import open_model

from .test_classify_command import TINY, texts, written
from ..tiny_base import command, tasks_file, tiny_base

pytestmark = pytest.mark.usefixtures("no_plots")


@pytest.fixture(scope="module")
def base(tmp_path_factory):
    return tiny_base(tmp_path_factory.mktemp("base"))


def best_of(run):
    """The weights of a run's best model, by name."""
    (best,) = (run / "best").iterdir()
    return {name.removeprefix("model."): array
            for name, array in load_checkpoint(best).tensors.items()}


def with_adapter(base, run, backend="numpy"):
    """The base's model, LoRA loaded beside it and merged: its weights."""
    opened = open_model(str(base), "numpy")
    package = implementation(backend)
    model = package.model_of(opened.config.model, opened.parameters)
    package.load_adapter(model, run / "adapter")
    return package.merged_parameters(model)


def same(found, expected):
    assert found.keys() == expected.keys()
    for name, array in expected.items():
        np.testing.assert_allclose(found[name], array, rtol=1e-6, atol=1e-7, err_msg=name)


@pytest.mark.parametrize("name, backend", [("instruct", "torch"), ("dpo", "numpy")])
def test_of_answers(base, tmp_path, capsys, monkeypatch, name, backend):
    """Its base is named in full, wherever peft may look for it from."""
    monkeypatch.chdir(base.parent)
    code, _, err = command(
        capsys, name, tasks_file(tmp_path / "tasks.json"), "--model", base.name,
        "--folder", tmp_path, "--epochs", 1, "--template", "phi3", "--max-new-tokens", 2,
        "--device", "cpu", "--learning-rate", "0.01", "--train", "lora", "--rank", 2,
        "--backend", backend)
    assert code == 0, err
    run = tmp_path / f"{name}-1"
    assert read_adapter(run / "adapter").base == base.resolve().as_posix()
    for package in ("numpy", "torch"):
        same(with_adapter(base, run, package), best_of(run))


def test_of_a_classifier(base, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(base.parent)
    messages = written(tmp_path / "messages.csv", texts())
    code, _, err = command(
        capsys, "classify", messages, "--model", base.name, "--folder", tmp_path, "--epochs", 1,
        "--train", "lora", "--lora-rank", 2, "--threads", 1)
    assert code == 0, err
    run = tmp_path / "classify-1"
    assert read_adapter(run / "adapter").base == base.resolve().as_posix()
    assert set(read_adapter(run / "adapter").whole) == {"head.weight", "head.bias"}
    same(with_adapter(base, run), best_of(run))


def test_without_lora_there_is_none(tmp_path, capsys):
    messages = written(tmp_path / "messages.csv", texts())
    code, _, err = command(capsys, "classify", messages, "--folder", tmp_path, *TINY,
                           "--epochs", 1, "--train", "all")
    assert code == 0, err
    assert not (tmp_path / "classify-1" / "adapter").exists()
