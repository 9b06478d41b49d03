"""benchmarks/gpu.py works as a whole where there is no GPU: tiny, on the CPU."""
import json

import pytest
import torch

from benchmarks import gpu

from ..tiny_run import one_thread

__all__ = ["one_thread"]

SLOW = {"tests", "ladder", "fsdp"}      # they start processes


@pytest.mark.parametrize("part", [
    pytest.param(part, marks=[pytest.mark.slow] if part in SLOW else []) for part in gpu.PARTS])
def test_a_part(tmp_path, capsys, part):
    assert gpu.main(["--dry-run", "--parts", part, "--out", str(tmp_path)]) == 0
    kept = json.loads((tmp_path / f"gpu_{part}.json").read_text("utf-8"))
    assert kept["dry_run"] and len(kept["lines"]) >= 3
    assert not [line for line in kept["lines"] if "Error" in line or "failed" in line.lower()
                or "DIFFERS" in line], kept["lines"]
    page = (tmp_path / "gpu.md").read_text("utf-8")
    assert f"## {part}" in page and "A DRY RUN" in page
    assert "Not yet run: " in page and f" {part}," not in page.partition("Not yet run")[2]


def test_parts_come_together_in_one_page(tmp_path, monkeypatch):
    monkeypatch.setattr(gpu, "memory_lines", lambda dry, say: say("M"))
    monkeypatch.setattr(gpu, "fsdp_lines", lambda dry, say: say("F"))
    for part in ("memory", "fsdp"):
        gpu.main(["--dry-run", "--parts", part, "--out", str(tmp_path)])
    page = (tmp_path / "gpu.md").read_text("utf-8")
    assert page.index("\nF\n") < page.index("\nM\n")


def test_a_measurement_that_fails_is_a_line():
    found = gpu.measured("training", here=True, model="gpt2", batch=1, length=16, device="cpu",
                         settings={"no_such": 1}, tiny=True)
    assert found == {"error": "ValueError: DeviceConfig has no no_such in this version"}
    assert "DeviceConfig has no no_such" in gpu.speed_row("twin", 1, found)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is CUDA here")
def test_without_a_gpu_it_says_how_to_try(capsys):
    with pytest.raises(SystemExit):
        gpu.main(["--parts", "parity"])
    assert "--dry-run tries the script out" in capsys.readouterr().err
