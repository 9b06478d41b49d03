"""One file of arrays, under our own names."""
import json

import numpy as np
import pytest
from safetensors import safe_open
from safetensors.numpy import load_file

from twinformer.backend import implementation
from twinformer.commands.main import main
from twinformer.runs.opened_run import open_run

from ..tiny_base import tiny_base

pytestmark = pytest.mark.usefixtures("no_plots")


def test_each_parameter_as_it_is(tmp_path, capsys):
    run, file = tiny_base(tmp_path, "bytes", times=16), tmp_path / "new" / "a.safetensors"
    command = ["export", str(run), str(file), "--format", "safetensors"]
    assert main(command) == 0
    opened, arrays = open_run(run), load_file(file)
    model = implementation("numpy").model_of(opened.config.model, opened.parameters)
    named = dict(model.named_parameters())
    assert arrays.keys() == named.keys()
    assert all(np.array_equal(arrays[name], named[name]) for name in named)
    with safe_open(file, "numpy") as opened_file:
        about = opened_file.metadata()
    assert about["kind"] == "gpt2"
    assert json.loads(about["config"])["d_model"] == opened.config.model.d_model
    before = file.read_bytes()
    assert main(command) != 0 and "exists already" in capsys.readouterr().err
    assert file.read_bytes() == before
    assert main([*command[:2], str(tmp_path / "a.bin"), *command[3:]]) != 0
    assert "ends in .safetensors" in capsys.readouterr().err
