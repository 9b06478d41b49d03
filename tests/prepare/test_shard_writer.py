"""Files of tokens, written with interruptions."""
import numpy as np
from hypothesis import HealthCheck, given, settings, strategies as st

from twinformer.prepare.shard_writer import ShardWriter

from parity_tests.text.samples import error_of


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sizes=st.lists(st.integers(0, 20), max_size=8), shard_tokens=st.integers(1, 9),
       data=st.data())
def test_writing_with_interruptions(tmp_path_factory, monkeypatch, sizes, shard_tokens, data):
    """What was not saved is cut off, whatever had been written after it."""
    folder = tmp_path_factory.mktemp("shards")
    monkeypatch.setattr("os.fsync", lambda file: None)      # slow, and not what is tested
    expected, saved, count = np.empty(0, int), 0, 0
    writer = ShardWriter(folder, "part", np.uint16, shard_tokens)
    for size in sizes:
        writer.append(np.arange(count, count + size))
        if data.draw(st.booleans(), "saved"):
            writer.flush()
            expected = np.concatenate([expected, np.arange(count, count + size)])
            saved = writer.written
        else:
            writer.close()
            writer = ShardWriter(folder, "part", np.uint16, shard_tokens, saved)
        count += size
    writer.close()
    found = [np.fromfile(path, "<u2") for path in writer.paths()]
    assert sorted(folder.iterdir()) == writer.paths()
    assert all(len(shard) == shard_tokens for shard in found[:-1])
    np.testing.assert_array_equal(np.concatenate([np.empty(0, int), *found]), expected)


def test_a_file_that_lost_its_end_is_refused(tmp_path):
    ShardWriter(tmp_path, "a", np.uint16, 10, 0).append(np.arange(3))
    (tmp_path / "a-00000.bin").write_bytes(b"")
    assert "shorter" in error_of(ShardWriter, tmp_path, "a", np.uint16, 10, 3)


def test_a_name_that_begins_another(tmp_path):
    """Going on with "part" leaves the files of "part-documents" alone."""
    other = ShardWriter(tmp_path, "part-documents", np.uint64, 10)
    other.append(np.arange(3))
    other.close()
    ShardWriter(tmp_path, "part", np.uint16, 10)
    assert np.fromfile(other.path(0), "<u8").tolist() == [0, 1, 2]
