"""Pickles of PyTorch: tensors are read, programs are not run."""
import os
import pickle

import numpy as np
import pytest
import torch

from numpy_impl.models.torch_io import read_torch as declines
from torch_impl.models.torch_io import read_torch


@pytest.mark.parametrize("zipped", [True, False])
def test_tensors_are_read(tmp_path, zipped):
    content = {"a": torch.randn(3, 4).T, "b": torch.randn(2, dtype=torch.float64),
               "c": torch.randn(5).bfloat16(), "d": torch.randn(5).half()}
    torch.save(content, tmp_path / "m.bin", _use_new_zipfile_serialization=zipped)
    read = read_torch(tmp_path / "m.bin")
    for name, tensor in content.items():
        wide = tensor if tensor.dtype == torch.float64 else tensor.float()
        assert read[name].dtype == wide.numpy().dtype
        np.testing.assert_array_equal(read[name], wide.numpy())


class Harmful:
    def __reduce__(self):
        return os.mkdir, ("harm-was-done",)


def test_programs_are_not_run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for path, save in (("a.bin", torch.save), ("b.bin", lambda o, p: p.write_bytes(
            pickle.dumps(o)))):
        save({"x": Harmful()}, tmp_path / path)
        with pytest.raises(ValueError, match=rf"{path} is damaged, or more than the tensors"):
            read_torch(tmp_path / path)
    assert not (tmp_path / "harm-was-done").exists()


def test_damaged_files_and_other_things_are_refused(tmp_path):
    path = tmp_path / "m.bin"
    torch.save({"x": torch.zeros(100)}, path)
    whole = path.read_bytes()
    for size in (0, 2, 100, len(whole) // 2, len(whole) - 5):
        path.write_bytes(whole[:size])
        with pytest.raises(ValueError, match=r"m\.bin is damaged"):
            read_torch(path)
    for other in ([torch.zeros(2)], {"x": 3}, torch.zeros(2)):
        torch.save(other, path)
        with pytest.raises(ValueError, match="holds no state_dict"):
            read_torch(path)
    with pytest.raises(FileNotFoundError, match="there is no file"):
        read_torch(tmp_path / "other.bin")


def test_the_reference_declines_and_says_what_to_do(tmp_path):
    with pytest.raises(ValueError, match=r"cannot read safely.*model\.safetensors.*convert"):
        declines(tmp_path / "m.bin")
