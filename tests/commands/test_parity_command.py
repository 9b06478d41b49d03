"""`twinformer parity`: agrees here, and tells a broken port from a sound one."""
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
    text = text.replace("(1 + 3 * CUBIC * x2)", "(1 + 2 * CUBIC * x2)")
    broken.write_text(text.replace("def silu(", "def swish("), encoding="utf-8")
    done = parity(port, "--package", "sound_port", "--component", "activations")
    assert done.returncode == 1
    assert "not the same mathematics: layers.activations.gelu\n" in done.stdout
    assert "layers.activations.silu        not there" in done.stdout


@pytest.mark.parametrize("words, message", [
    (["--component", "convolution"], "no component has 'convolution' in its name"),
    (["--package", "no_such_package"], "No module named 'no_such_package'"),
    (["--seconds", "-1"], "--seconds must be positive")])
def test_mistakes_end_in_one_line(words, message, capsys):
    assert main(["parity", *words]) == 2
    err = capsys.readouterr().err
    assert message in err and err.count("\n") == 1
