"""`twinformer parity`: agrees here, and tells a broken port from a sound one."""
import json
import shlex
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from parity_tests.ports.trying import LEAST_CASES
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


def test_help_says_how_many_cases_there_are_in_any_case(capsys):
    with pytest.raises(SystemExit):
        main(["parity", "--help"])
    said = " ".join(capsys.readouterr().out.split())
    assert f"is tried on {LEAST_CASES} in any case" in said


@pytest.fixture
def port(tmp_path, monkeypatch):
    """A copy of the reference under another name, to be broken."""
    shutil.copytree(ROOT / "numpy_impl", tmp_path / "sound_port",
                    ignore=shutil.ignore_patterns("__pycache__", "data"))
    return tmp_path


@pytest.fixture
def parity(port, monkeypatch, capsys):
    """Run the command in the port's folder; (exit code, stdout, stderr)."""
    before = set(sys.modules)
    monkeypatch.chdir(port)
    monkeypatch.setattr(sys, "path", list(sys.path))

    def run(*words):
        code = main(["parity", "--seconds", "0.5", *words])
        forget(set(sys.modules) - before)
        return SimpleNamespace(returncode=code, **capsys.readouterr()._asdict())
    return run


def forget(modules):
    """Those of ports: the next run reads their files again."""
    for name in modules:
        if name.partition(".")[0] in ("sound_port", "mine", "flat", "numpy_impl_in_port"):
            del sys.modules[name]


def test_a_port_of_ones_own(port, parity):
    done = parity("--package", "sound_port", "--component", "activations")
    assert done.returncode == 0, done.err

    broken = port / "sound_port" / "layers" / "activations.py"
    text = broken.read_text(encoding="utf-8")
    text = text.replace("LINEAR + 3 * CUBIC * x2", "LINEAR + 4 * CUBIC * x2")
    broken.write_text(text.replace("def silu(", "def swish("), encoding="utf-8")
    done = parity("--package", "sound_port", "--component", "activations")
    assert done.returncode == 1
    assert "not the same mathematics: layers.activations.gelu.\n" in done.out
    assert "sound_port does not have silu.\n" in done.out
    assert ("dx: as if in gelu_backward of layers.activations stood `4` in place of `3`"
            in done.out), done.out


def test_the_package_of_the_working_folder_is_meant(port, parity):
    """One that is called like an installed one: it, or a refusal by name."""
    shutil.copytree(port / "sound_port", port / "numpy_impl")
    broken = port / "numpy_impl" / "layers" / "softmax.py"
    broken.write_text(broken.read_text(encoding="utf-8").replace(
        "e / e.sum(-1, keepdims=True)", "e / e.sum(0, keepdims=True)"), encoding="utf-8")
    done = parity("--package", "./numpy_impl", "--component", "softmax.softmax")
    assert done.returncode == 1, done.out + done.err
    assert "softmax over the wrong axis" in done.out
    (port / "numpy_impl" / "layers" / "linear.py").write_text(
        "from numpy_impl.layers.module import Module\n", encoding="utf-8")
    done = parity("--package", "numpy_impl")
    assert done.returncode == 2
    assert "its files import 'numpy_impl' by name, and that is the package of" in done.err


def test_json_is_for_programs(port, parity):
    (port / "flat.py").write_text("""
import numpy as np
def softmax(x):
    return np.exp(x) / np.exp(x).sum(-1, keepdims=True)
def relu(x):
    raise NotImplementedError
""", encoding="utf-8")
    done = parity("--package", "flat.py", "--json", "--stop-at-first")
    assert done.returncode == 1, done.err
    found = json.loads(done.out, parse_constant=pytest.fail)
    assert not found["agrees"] and found["seed"] == 0
    parts = {part["name"]: part for part in found["components"]}
    assert parts["layers.activations.relu"]["status"] == "absent"
    told = parts["layers.softmax.softmax"]
    assert told["status"] == "differs"
    assert "largest score" in told["explanation"]["causes"][0]
    assert told["explanation"]["failures"][0]["got"] == "nan"
    again = shlex.split(told["explanation"]["again"])[1:]
    assert again[:1] == ["parity"] and again[-2:] == ["--case", str(told["case"])]
    assert parity(*again[1:]).returncode == 1


def test_a_new_port_is_written_and_filled_in(port, parity):
    assert parity("--new", "mine").returncode == 0
    done = parity("--package", "./mine")
    assert done.returncode == 2 and "has none of these yet: relu, gelu" in done.err
    file = port / "mine" / "layers" / "norm.py"
    assert "via_mean" not in file.read_text(encoding="utf-8")
    shutil.copy(ROOT / "numpy_impl" / "layers" / "norm.py", file)
    file.write_text(file.read_text(encoding="utf-8").replace(
        "from .module", "from numpy_impl.layers.module"), encoding="utf-8")
    done = parity("--package", "./mine", "--component", "norm")
    assert done.returncode == 0, done.out + done.err
    assert parity("--new", "mine").returncode == 2  # nothing is overwritten


def test_forward_is_given_where_only_backward_is_to_be_written(port, parity):
    assert parity("--new", "mine", "--only", "backward").returncode == 0
    done = parity("--package", "mine", "--component", "activations")
    assert done.returncode == 0, done.out + done.err
    assert "Forward only, for want of a backward: relu, gelu" in done.out


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
