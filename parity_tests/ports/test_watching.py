"""The command is run at first, and again at each save."""
import sys

import pytest

from .watching import watch

SAVES = "from pathlib import Path; f = Path('port.py'); f.write_text(f.read_text() + '#')"


def test_it_runs_again_at_each_save(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("parity_tests.ports.watching.EVERY", 0.01)
    (tmp_path / "port.py").write_text("")
    assert watch("./port.py", [sys.executable, "-c", SAVES], rounds=3) == 0
    assert (tmp_path / "port.py").read_text() == "###"
    with pytest.raises(ValueError, match="there is no other.py"):
        watch("other.py", [])
