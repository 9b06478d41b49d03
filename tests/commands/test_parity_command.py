"""`twinformer parity`: agrees here, and tells a broken port from a sound one."""
import json
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from twinformer.commands.main import main

ROOT = Path(__file__).resolve().parents[2]


def test_the_table_of_what_agrees(capsys):
    assert main(["parity", "--component", "softmax", "--seconds", "0.5"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].split()[:4] == ["component", "shapes", "of", "y"]
    rows = [line.split() for line in lines[3:6]]
    assert [row[0] for row in rows] == [
        "layers.softmax.softmax", "layers.softmax.log_softmax",
        "layers.softmax.masked_softmax"]
    for row in rows:
        assert all(0 <= float(cell) < 1 for cell in row[4:])


@pytest.fixture
def port(tmp_path, monkeypatch):
    """A copy of the reference under another name, to be broken."""
    shutil.copytree(ROOT / "numpy_impl", tmp_path / "sound_port",
                    ignore=shutil.ignore_patterns("__pycache__", "data"))
    return tmp_path


def parity(folder, *words):
    return subprocess.run(
        [sys.executable, "-m", "twinformer", "parity", "--seconds", "1", *words],
        cwd=folder, capture_output=True, text=True,
        env={"PYTHONPATH": f"{ROOT}", "PATH": "", "SYSTEMROOT": "C:\\Windows"})


def test_a_port_of_ones_own(port):
    done = parity(port, "--package", "sound_port", "--component", "activations")
    assert done.returncode == 0, done.stderr

    broken = port / "sound_port" / "layers" / "activations.py"
    text = broken.read_text(encoding="utf-8")
    text = text.replace("(1 + 3 * CUBIC * x2)", "(1 + 4 * CUBIC * x2)")
    broken.write_text(text.replace("def silu(", "def swish("), encoding="utf-8")
    done = parity(port, "--package", "sound_port", "--component", "activations")
    assert done.returncode == 1
    assert "not the same mathematics: layers.activations.gelu.\n" in done.stdout
    assert "sound_port does not have silu.\n" in done.stdout
    assert ("dx: as if in gelu_backward of layers.activations stood `4` in place of `3`"
            in done.stdout), done.stdout


def test_the_package_of_the_working_folder_is_meant(port):
    """One that is called like an installed one: it, or a refusal by name."""
    shutil.copytree(port / "sound_port", port / "numpy_impl")
    broken = port / "numpy_impl" / "layers" / "softmax.py"
    broken.write_text(broken.read_text(encoding="utf-8").replace(
        "e / e.sum(-1, keepdims=True)", "e / e.sum(0, keepdims=True)"), encoding="utf-8")
    done = parity(port, "--package", "./numpy_impl", "--component", "softmax.softmax")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "softmax over the wrong axis" in done.stdout
    (port / "numpy_impl" / "layers" / "linear.py").write_text(
        "from numpy_impl.layers.module import Module\n", encoding="utf-8")
    done = parity(port, "--package", "numpy_impl")
    assert done.returncode == 2
    assert "its files import 'numpy_impl' by name, and that is the package of" in done.stderr


def test_json_is_for_programs(port):
    (port / "flat.py").write_text("""
import numpy as np
def softmax(x):
    return np.exp(x) / np.exp(x).sum(-1, keepdims=True)
def relu(x):
    raise NotImplementedError
""", encoding="utf-8")
    done = parity(port, "--package", "flat.py", "--json", "--stop-at-first")
    assert done.returncode == 1, done.stderr
    found = json.loads(done.stdout, parse_constant=pytest.fail)
    assert not found["agrees"] and found["seed"] == 0
    parts = {part["name"]: part for part in found["components"]}
    assert parts["layers.activations.relu"]["status"] == "absent"
    told = parts["layers.softmax.softmax"]
    assert told["status"] == "differs"
    assert "largest score" in told["explanation"]["causes"][0]
    assert told["explanation"]["failures"][0]["got"] == "nan"
    again = shlex.split(told["explanation"]["again"])[1:]
    assert again[:1] == ["parity"] and again[-2:] == ["--case", str(told["case"])]
    assert parity(port, *again[1:]).returncode == 1


def test_a_new_port_is_written_and_filled_in(port):
    assert parity(port, "--new", "mine").returncode == 0
    done = parity(port, "--package", "./mine")
    assert done.returncode == 2 and "has none of these yet: relu, gelu" in done.stderr
    file = port / "mine" / "layers" / "norm.py"
    assert "via_mean" not in file.read_text(encoding="utf-8")
    shutil.copy(ROOT / "numpy_impl" / "layers" / "norm.py", file)
    file.write_text(file.read_text(encoding="utf-8").replace(
        "from .module", "from numpy_impl.layers.module"), encoding="utf-8")
    done = parity(port, "--package", "./mine", "--component", "norm")
    assert done.returncode == 0, done.stdout + done.stderr
    assert parity(port, "--new", "mine").returncode == 2  # nothing is overwritten


def test_forward_is_given_where_only_backward_is_to_be_written(port):
    assert parity(port, "--new", "mine", "--only", "backward").returncode == 0
    done = parity(port, "--package", "mine", "--component", "activations")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "Forward only, for want of a backward: relu, gelu" in done.stdout


@pytest.mark.parametrize("words, message", [
    (["--component", "convolution"], "no component has 'convolution' in its name"),
    (["--package", "no_such_package"], "there is no package 'no_such_package'"),
    (["--seconds", "-1"], "--seconds must be positive"),
    (["--watch"], "--watch needs --package NAME"),
    (["--only", "backward"], "--only belongs to --new NAME"),
    (["--new", "no-name"], "'no-name' cannot be imported")])
def test_mistakes_end_in_one_line(words, message, capsys):
    assert main(["parity", *words]) == 2
    err = capsys.readouterr().err
    assert message in err and err.count("\n") == 1
