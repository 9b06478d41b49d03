"""twinformer doctor: finds what is there, advises, and proves parity."""
import builtins
import json

import numpy as np
import pytest

from numpy_impl.layers import norm
from twinformer.commands.parity import quick as quick_parity
from twinformer.commands.doctor import machine, room
from twinformer.commands.main import main



def test_this_machine_is_ready(capsys):
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    for topic in ("python", "numpy", "blas", "torch", "bfloat16", "compile", "memory", "disk"):
        assert f"  {topic} " in out
    assert "numpy  cpu      float32" in out
    assert "torch  cpu      float64" in out
    assert "ready" in out
    assert max(map(len, out.splitlines())) <= 130


def test_json_says_the_same(capsys):
    assert main(["doctor", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["healthy"] is True
    assert {"topic", "what", "state", "advice"} == set(found["findings"][0])
    for parity in found["parity"]:
        assert parity["agrees"] and parity["logits"] < 0.5 and parity["gradients"] < 0.5
    assert [row["side"] for row in found["parity"]][:3] == ["numpy", "torch", "torch"]


def test_a_wrong_term_is_found(monkeypatch, capsys):
    """One term less in one backward, and the exit code is 1."""
    def broken(self, dy, cache):
        _, rstd = cache[:2]
        g = dy * self.weight
        return rstd * (g - g.mean(-1, keepdims=True))
    monkeypatch.setattr(norm.LayerNorm, "backward", broken)
    assert main(["doctor"]) == 1
    out = capsys.readouterr().out
    assert "!!  torch  cpu" in out and "needs you first" in out


def test_a_nan_is_no_agreement(monkeypatch):
    arrays = quick_parity.torch_arrays("cpu", "float32")
    arrays["blocks.0.norm1.weight"][3] = np.nan
    monkeypatch.setattr(quick_parity, "torch_arrays", lambda device, dtype: arrays)
    parity = quick_parity.torch_parity("cpu", "float32")
    assert not parity.agrees and parity.worst == "blocks.0.norm1.weight"
    json.loads(json.dumps(parity._asdict(), allow_nan=False))


def test_a_device_that_fails_is_reported_not_raised(monkeypatch, capsys):
    def failing(device, dtype):
        raise RuntimeError("no kernel image\nis available")
    monkeypatch.setattr(quick_parity, "torch_parity", failing)
    assert main(["doctor"]) == 1
    assert "no kernel image" in capsys.readouterr().out


def test_without_torch(monkeypatch, capsys):
    importing = builtins.__import__

    def without(name, *rest, **options):
        if name.split(".")[0] == "torch":
            raise ImportError("No module named 'torch'")
        return importing(name, *rest, **options)
    monkeypatch.setattr(builtins, "__import__", without)
    assert main(["doctor"]) == 1
    out = capsys.readouterr().out
    assert "!!  torch" in out and "pip install torch" in out


@pytest.mark.parametrize(("free", "state"), [(0.2, "problem"), (8, "ok"), (None, "missing")])
def test_memory(monkeypatch, free, state):
    pair = (None, None) if free is None else (free * room.GIB, 16 * room.GIB)
    monkeypatch.setattr(room, "memory_bytes", lambda: pair)
    finding = room.memory()
    assert finding.state == state and bool(finding.advice) == (state != "ok")


def test_everything_missing_has_its_advice(monkeypatch):
    monkeypatch.setattr(room.shutil, "which", lambda name: None)
    assert machine.compiler().state == "missing" and machine.compiler().advice
    usage = room.shutil._ntuple_diskusage(100, 99, 1)
    monkeypatch.setattr(room.shutil, "disk_usage", lambda path: usage)
    assert room.disk().state == "problem" and "--folder" in room.disk().advice
