"""Whoever may read any new file may read every file that is written here."""
import os
from pathlib import Path

import numpy as np
import pytest

from tests.tiny_run import one_thread, tiny_run  # noqa: F401
from twinformer.adapters.files import Adapter, Factors, write_adapter
from twinformer.io.files import give_usual_rights, write_atomically
from twinformer.io.safetensors_io import write_safetensors
from twinformer.io.sealed_files import write_json, write_tensors

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs a umask")
ARRAYS = {"x": np.zeros(3, np.float32)}
ROOT = Path(__file__).parents[2]


@pytest.fixture(params=[0o022, 0o077, 0o002, 0o027], ids=oct)
def umask(request):
    before = os.umask(request.param)
    yield request.param
    os.umask(before)


def rights(folder: Path) -> dict[str, int]:
    return {path.relative_to(folder).as_posix(): path.stat().st_mode & 0o777
            for path in folder.rglob("*") if path.is_file()}


def test_of_every_writer(tmp_path, umask):
    write_atomically(tmp_path / "text", "text")
    write_safetensors(tmp_path / "weights.safetensors", ARRAYS)
    write_json(tmp_path / "sealed.json", {"a": 1})
    write_tensors(tmp_path / "sealed.safetensors", ARRAYS)
    write_adapter(tmp_path / "adapter", Adapter(layers={"blocks.0.attention.qkv": Factors(
        np.zeros((2, 4)), np.zeros((12, 2)), 2.0, 1)}))
    found = rights(tmp_path)
    assert found and set(found.values()) == {0o666 & ~umask}, found


def test_of_all_that_a_run_writes(tmp_path, capsys):
    before = os.umask(0o027)
    try:
        found = rights(tiny_run(tmp_path, steps=1))
    finally:
        os.umask(before)
    assert any(name.endswith("tensors.safetensors") for name in found)
    assert set(found.values()) == {0o640}, found


def test_a_file_of_another_library_gets_them_too(tmp_path, umask):
    (tmp_path / "file").touch(0o600)
    os.chmod(tmp_path / "file", 0o600)
    give_usual_rights(tmp_path / "file")
    assert rights(tmp_path) == {"file": 0o666 & ~umask}


def test_nothing_else_writes_with_a_library_that_keeps_files_to_itself():
    """tempfile's files and safetensors' have no place but twinformer/io."""
    for package in ("twinformer", "numpy_impl", "torch_impl"):
        for path in (ROOT / package).rglob("*.py"):
            if path.parent.name != "io":
                text = path.read_text("utf-8")
                assert "save_file" not in text and "tempfile" not in text, path
