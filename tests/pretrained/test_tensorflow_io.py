"""TensorFlow's bundles: read back from a writer of the same format that
shares nothing with the reader; and, where TensorFlow is, from TensorFlow."""
import os
import re
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from twinformer.pretrained.tensorflow_io import read_tensorflow

from parity_tests.models.checkpoints import (
    hugging_face, tensorflow_arrays, write_tensorflow,
)

dtypes = st.sampled_from([np.float32, np.float64, np.float16, np.int32, np.int64])
arrays = dtypes.flatmap(lambda dtype: hnp.arrays(dtype, hnp.array_shapes(
    min_dims=0, max_dims=2, min_side=0, max_side=40)))


@given(content=st.dictionaries(st.text("ab/0", min_size=1), arrays, max_size=30),
       block_size=st.integers(1, 2000), restart_every=st.integers(1, 16),
       shards=st.integers(1, 3))
def test_reads_what_was_written(tmp_path_factory, content, block_size, restart_every, shards):
    prefix = tmp_path_factory.mktemp("files") / "model.ckpt"
    write_tensorflow(prefix, content, block_size, restart_every, shards=shards)
    read = read_tensorflow(prefix)
    assert set(read) == set(content)
    for name, array in content.items():
        wide = array.astype(np.float32) if array.dtype == np.float16 else array
        assert read[name].dtype == wide.dtype
        np.testing.assert_array_equal(read[name], wide)


def test_bfloat16_and_the_axis_of_convolutions(tmp_path):
    bits = np.array([[[0x3F80, 0xBF80], [0x4049, 0x0001]]], np.uint16)
    write_tensorflow(tmp_path / "m", {"w": bits}, bfloat16=["w"])
    w = read_tensorflow(tmp_path / "m")["w"]
    np.testing.assert_array_equal(w, np.array([[1, -1], [3.140625, 2.0**-133]], np.float32))


@pytest.fixture
def checkpoint(tmp_path):
    write_tensorflow(tmp_path / "model.ckpt", tensorflow_arrays(hugging_face()))
    return tmp_path / "model.ckpt"


def test_missing_and_truncated_files_are_named(checkpoint):
    data = checkpoint.with_name("model.ckpt.data-00000-of-00001")
    whole = data.read_bytes()
    data.write_bytes(whole[:-4])
    with pytest.raises(ValueError, match=r"are truncated: model/wte is 352 .*, and 348 of"):
        read_tensorflow(checkpoint)
    data.unlink()
    with pytest.raises(FileNotFoundError, match="data-00000-of-00001, which belongs to"):
        read_tensorflow(checkpoint)
    with pytest.raises(FileNotFoundError, match=r"there is no file .*other\.index"):
        read_tensorflow(checkpoint.with_name("other"))


@given(st.data())
def test_a_damaged_index_is_refused_or_harmless(checkpoint_bytes, data):
    """Every block has a checksum; only the footer's padding is nobody's."""
    prefix, whole, expected = checkpoint_bytes
    index = prefix.with_name(prefix.name + ".index")
    at = data.draw(st.integers(0, len(whole) - 1))
    index.write_bytes(
        whole[:at] if data.draw(st.booleans())
        else whole[:at] + bytes([whole[at] ^ data.draw(st.integers(1, 255))]) + whole[at + 1:])
    try:
        read = read_tensorflow(prefix)
    except ValueError as error:
        assert "model.ckpt.index is damaged, or not the index of a TensorFlow" in str(error)
    else:
        assert set(read) == set(expected) and len(whole) - 48 < at < len(whole) - 8
        for name, array in expected.items():
            np.testing.assert_array_equal(read[name], array)


@pytest.fixture(scope="module")
def checkpoint_bytes(tmp_path_factory):
    prefix = tmp_path_factory.mktemp("files") / "model.ckpt"
    write_tensorflow(prefix, {name: array for name, array in tensorflow_arrays(
        hugging_face()).items() if "h1" not in name})
    return prefix, prefix.with_name("model.ckpt.index").read_bytes(), read_tensorflow(prefix)


def test_other_files_are_refused(tmp_path):
    (tmp_path / "a.index").write_bytes(b"x" * 100)
    with pytest.raises(ValueError, match=re.escape("a.index is damaged, or not the index of")):
        read_tensorflow(tmp_path / "a")


WITH_TENSORFLOW = """
import sys
import numpy as np
import tensorflow as tf
ours, theirs, arrays = sys.argv[1], sys.argv[2], dict(np.load(sys.argv[3]))
reader = tf.train.load_checkpoint(ours)         # checks every checksum
assert set(reader.get_variable_to_shape_map()) == set(arrays)
for name, array in arrays.items():
    np.testing.assert_array_equal(reader.get_tensor(name), array)
with tf.Graph().as_default(), tf.compat.v1.Session() as session:
    for name, array in arrays.items():
        tf.compat.v1.get_variable(name, initializer=array)
    session.run(tf.compat.v1.global_variables_initializer())
    tf.compat.v1.train.Saver().save(session, theirs)
"""


@pytest.mark.slow
def test_tensorflow_reads_our_writer_and_we_read_tensorflow(tmp_path):
    """Opt-in: the Python of $TWINFORMER_TENSORFLOW, or this one, has it."""
    python = os.environ.get("TWINFORMER_TENSORFLOW", sys.executable)
    if subprocess.run([python, "-c", "import tensorflow"], capture_output=True).returncode:
        pytest.skip("needs TensorFlow; name a Python that has it in $TWINFORMER_TENSORFLOW")
    arrays = tensorflow_arrays(hugging_face())
    np.savez(tmp_path / "arrays.npz", **arrays)
    write_tensorflow(tmp_path / "ours", arrays)
    done = subprocess.run(
        [python, "-c", WITH_TENSORFLOW, tmp_path / "ours", tmp_path / "theirs" / "model.ckpt",
         tmp_path / "arrays.npz"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    read = read_tensorflow(tmp_path / "theirs" / "model.ckpt")
    assert set(read) == set(arrays)
    for name, array in arrays.items():
        np.testing.assert_array_equal(read[name], array[0] if name.endswith("/w") else array)
