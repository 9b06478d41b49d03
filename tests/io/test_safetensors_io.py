"""safetensors: the numbers of the library, in memory that is the file's."""
import json
import struct

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from safetensors.numpy import load_file, save_file
from safetensors.torch import save_file as save_torch

from twinformer.io.safetensors_io import (
    read_safetensors, widened, write_safetensors,
)

dtypes = st.sampled_from([np.float32, np.float64, np.float16, np.int64, np.uint8, np.bool_])
arrays = dtypes.flatmap(lambda dtype: hnp.arrays(dtype, hnp.array_shapes(min_dims=0, min_side=0)))
names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1).filter(
    lambda name: name != "__metadata__")


@given(content=st.dictionaries(names, arrays, min_size=1, max_size=4))
def test_reads_what_the_library_writes_and_the_other_way_round(tmp_path_factory, content):
    path = tmp_path_factory.mktemp("files") / "a.safetensors"
    save_file({name: np.ascontiguousarray(a).reshape(a.shape) for name, a in content.items()},
              path)
    ours = read_safetensors(path)
    assert set(ours) == set(content)
    for name, array in content.items():
        wide = array.astype(np.float32) if array.dtype == np.float16 else array
        assert ours[name].dtype == wide.dtype and ours[name].shape == wide.shape
        np.testing.assert_array_equal(ours[name], wide)
    write_safetensors(path, content)
    for name, array in load_file(path).items():
        np.testing.assert_array_equal(array, content[name])


def test_every_half_precision_number_is_read_exactly(tmp_path):
    """All 65536 of each kind, NaNs and subnormals too."""
    bits = torch.arange(-2**15, 2**15).to(torch.int16)
    halves = {"bfloat16": bits.view(torch.bfloat16), "float16": bits.clone().view(torch.float16)}
    save_torch(halves, tmp_path / "a.safetensors")
    read = read_safetensors(tmp_path / "a.safetensors")
    for name, half in halves.items():
        assert read[name].dtype == np.float32
        expected = half.float().numpy()
        np.testing.assert_array_equal(read[name], expected)
        real = ~np.isnan(expected)
        np.testing.assert_array_equal(np.signbit(read[name])[real], np.signbit(expected)[real])


def test_nothing_is_copied_and_the_file_is_never_changed(tmp_path):
    path = tmp_path / "a.safetensors"
    write_safetensors(path, {"x": np.arange(6, dtype=np.float32)})
    before = path.read_bytes()
    x = read_safetensors(path)["x"]
    base = x
    while base.base is not None and not isinstance(base, np.memmap):
        base = base.base
    assert isinstance(base, np.memmap)
    x += 1
    assert path.read_bytes() == before
    np.testing.assert_array_equal(read_safetensors(path)["x"], np.arange(6))


def test_numbers_that_are_not_aligned_are_copied():
    raw = np.frombuffer(b"\0" + np.arange(3, dtype=np.float32).tobytes(), np.uint8).copy()
    array = widened(raw[1:].view(np.float32))
    assert array.flags.aligned
    np.testing.assert_array_equal(array, np.arange(3))


def test_a_header_of_any_length_is_read(tmp_path):
    """The format does not ask for alignment; the earliest writers had none."""
    for spaces in range(9):
        header = json.dumps({"x": {"dtype": "F32", "shape": [2],
                                   "data_offsets": [0, 8]}}).encode() + b" " * spaces
        path = tmp_path / f"{spaces}.safetensors"
        path.write_bytes(struct.pack("<Q", len(header)) + header
                         + np.array([1.5, -2], "<f4").tobytes())
        np.testing.assert_array_equal(read_safetensors(path)["x"], [1.5, -2])


def test_turned_arrays_are_written_as_they_look(tmp_path):
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    write_safetensors(tmp_path / "a", {"x": array.T})
    np.testing.assert_array_equal(load_file(tmp_path / "a")["x"], array.T)


def test_damaged_files_are_refused(tmp_path):
    path = tmp_path / "model.safetensors"
    write_safetensors(path, {"x": np.arange(100, dtype=np.float32)})
    whole = path.read_bytes()
    for size in (0, 1, 7, 8, 9, 50, len(whole) - 1):
        path.write_bytes(whole[:size])
        with pytest.raises(ValueError, match=r"model.safetensors is damaged, or no safetensors"):
            read_safetensors(path)
    with pytest.raises(FileNotFoundError, match="there is no file"):
        read_safetensors(tmp_path / "other")


def test_an_unknown_kind_of_number_is_named(tmp_path):
    save_torch({"x": torch.zeros(2).to(torch.float8_e4m3fn)}, tmp_path / "a")
    with pytest.raises(ValueError, match="x is F8_E4M3; expected F32, F16"):
        read_safetensors(tmp_path / "a")


def test_a_failed_write_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "a.safetensors"
    write_safetensors(path, {"x": np.zeros(2, np.float32)})
    before = path.read_bytes()

    def fail(descriptor):
        raise OSError("no space left")
    monkeypatch.setattr("os.fsync", fail)
    with pytest.raises(OSError, match="no space left"):
        write_safetensors(path, {"x": np.ones(2, np.float32)})
    assert path.read_bytes() == before and list(tmp_path.iterdir()) == [path]
