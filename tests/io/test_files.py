import os

import pytest

from twinformer.io.files import write_atomically


def test_text_and_bytes(tmp_path):
    write_atomically(tmp_path / "new" / "file", "\u4f60\n")
    assert (tmp_path / "new" / "file").read_bytes() == "\u4f60\n".encode()
    write_atomically(tmp_path / "new" / "file", b"\r\n")
    assert (tmp_path / "new" / "file").read_bytes() == b"\r\n"


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failure_leaves_the_old_file_and_nothing_else(tmp_path, monkeypatch, step):
    write_atomically(tmp_path / "file", "old")

    def no_space(*_):
        raise OSError(28, "No space left on device")
    monkeypatch.setattr(os, step, no_space)
    with pytest.raises(OSError, match="No space"):
        write_atomically(tmp_path / "file", "new")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert (tmp_path / "file").read_text() == "old"


@pytest.mark.skipif(os.name == "nt", reason="needs a umask")
@pytest.mark.parametrize("umask, mode", [(0o022, 0o644), (0o077, 0o600), (0o002, 0o664)])
def test_others_may_read_it_where_the_umask_lets_them(tmp_path, umask, mode):
    before = os.umask(umask)
    try:
        write_atomically(tmp_path / "file", "text")
    finally:
        os.umask(before)
    assert (tmp_path / "file").stat().st_mode & 0o777 == mode
