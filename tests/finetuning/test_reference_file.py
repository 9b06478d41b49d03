"""What the reference said, on the disk: the same bits, or a clear error."""
import numpy as np
import pytest

from twinformer.finetuning.reference_file import (
    read_reference, write_reference,
)

from parity_tests.text.samples import error_of

REFERENCE = {"train": np.random.default_rng(0).normal(size=(5, 2)),
             "validation": np.array([[1.5, -0.0]]), "test": np.zeros((0, 2))}
SIZES = {"train": 5, "validation": 1, "test": 0}


def test_the_same_bits(tmp_path):
    transposed = dict(REFERENCE, train=REFERENCE["train"].T.copy().T)
    write_reference(tmp_path, transposed)
    found = read_reference(tmp_path, SIZES)
    assert found.keys() == REFERENCE.keys()
    for name, array in REFERENCE.items():
        assert found[name].tobytes() == array.tobytes()
        assert found[name].dtype == np.float64


def test_files_that_will_not_do(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no reference\.safetensors"):
        read_reference(tmp_path, SIZES)
    write_reference(tmp_path, REFERENCE)
    assert "of other pairs" in error_of(read_reference, tmp_path,
                                        SIZES | {"train": 6})
    path = tmp_path / "reference.safetensors"
    path.write_bytes(path.read_bytes()[:-9])
    assert "is damaged" in error_of(read_reference, tmp_path, SIZES)
