"""Downloads: whole and checked, or not there at all."""
import errno
import os
import subprocess
import sys
import time

import pytest

from twinformer.io.download import BLOCK, download
from twinformer.io.remote_file import RemoteFile

from ..bad_server import CONTENT, DIGEST, bad_server

QUICK = {"pause": 0.01, "timeout": (1.0, 0.7), "tries": 3}


@pytest.fixture(scope="module")
def server():
    with bad_server() as started:
        yield started


@pytest.fixture
def site(server, monkeypatch):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)
    address, seen = server
    seen.clear()
    return address, seen


def get(address, target, *whats, known=True, **options):
    urls = [f"{address}/{what}" for what in whats]
    about = (DIGEST, len(CONTENT)) if known else ("", 0)
    return download(urls, target, *about, **QUICK | options)


def leftovers(folder):
    """All but the target and the lock."""
    return [path.name for path in folder.rglob("*")
            if not path.name.endswith(".lock") and path.name != "file.bin"]


@pytest.mark.parametrize("what", [
    "good", "stalls", "truncates_without_ranges", "new_version", "busy", "zip#deep/file.bin"])
@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
def test_trouble_that_passes(site, tmp_path, what, known):
    """The file arrives, with the digest known beforehand and without."""
    address, _ = site
    reported = []
    target = get(address, tmp_path / "file.bin", what, known=known,
                 progress=lambda done, total: reported.append((done, total)))
    assert target.read_bytes() == CONTENT
    assert leftovers(tmp_path) == []
    if "#" not in what:
        assert reported[-1] == (len(CONTENT), len(CONTENT))
        assert all(done <= total for done, total in reported)


@pytest.mark.parametrize("what, problem", [
    ("404", "answered 404"), ("403", "403"), ("500", "500"), ("503", "503"),
    ("wrong", "not this file"), ("says_less", "gave 1000 bytes that are not this file"),
    ("says_more", "cut"), ("always_truncates", "cut"), ("endless", "more than"),
    ("cuts_everything", "no connection"), ("zip#other", "no archive with other"),
    ("good#file.bin", "no archive")])
def test_trouble_that_stays(site, tmp_path, what, problem):
    """The mirror gives the file; without one nothing has the final name."""
    address, _ = site
    target = tmp_path / "file.bin"
    with pytest.raises(ConnectionError) as caught:
        get(address, target, what)
    message = str(caught.value)
    assert problem in message and str(target) in message and DIGEST in message
    assert "\n" not in message
    assert not target.exists()
    assert get(address, target, what, "good").read_bytes() == CONTENT
    assert leftovers(tmp_path) == []


def test_an_endless_answer_is_left_after_the_size_of_the_file(site, tmp_path):
    address, _ = site
    reported = []
    with pytest.raises(ConnectionError):
        get(address, tmp_path / "file.bin", "endless",
            progress=lambda done, total: reported.append(done))
    assert max(reported) <= len(CONTENT) + BLOCK


def test_only_what_may_pass_is_asked_for_again(site, tmp_path):
    address, seen = site
    get(address, tmp_path / "file.bin", "404", "wrong", "500", "good")
    assert [path for path, *_ in seen] == ["/404", "/wrong", "/500", "/500", "/500", "/good"]


@pytest.mark.parametrize("address", ["http://no-such-host.invalid", "http://127.0.0.1:9"])
def test_who_is_not_there_is_not_waited_for(site, tmp_path, address):
    """Neither a name that nobody knows nor a door that nobody opens."""
    began = time.monotonic()
    with pytest.raises(ConnectionError, match="no network|no connection"):
        get(address, tmp_path / "file.bin", "a", "b", tries=10, pause=10)
    assert time.monotonic() - began < 5


def test_a_file_that_is_there_needs_no_network(site, tmp_path, monkeypatch):
    address, seen = site
    monkeypatch.setenv("TWINFORMER_DATA", str(tmp_path))
    file = RemoteFile(path="a/file.bin", urls=[f"{address}/good"], sha256=DIGEST)
    assert file.fetch(**QUICK) == tmp_path / "a" / "file.bin"
    assert file.fetch(**QUICK).read_bytes() == CONTENT and len(seen) == 1
    (tmp_path / "a" / "file.bin").write_bytes(CONTENT[:-1])
    with pytest.raises(ValueError, match="delete it"):
        file.fetch(**QUICK)
    assert (tmp_path / "a" / "file.bin").read_bytes() == CONTENT[:-1]


def test_through_a_proxy(site, tmp_path, monkeypatch):
    """HTTP_PROXY is asked for addresses of the world, NO_PROXY are not."""
    address, seen = site
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, address)
    get("http://data.example", tmp_path / "file.bin", "good")
    assert seen[0][0] == "http://data.example/good"
    for name in ("HTTP_PROXY", "http_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    for name in ("NO_PROXY", "no_proxy"):
        monkeypatch.setenv(name, "127.0.0.1")
    get(address, tmp_path / "near.bin", "good")
    with pytest.raises(ConnectionError, match="proxy"):
        get("http://data.example", tmp_path / "other.bin", "good")


def test_a_full_disk(site, tmp_path, monkeypatch):
    """The error is that of the disk, and nothing has the final name."""
    address, _ = site

    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            get(address, tmp_path / "file.bin", "good")
    assert not (tmp_path / "file.bin").exists() and leftovers(tmp_path) == []
    assert get(address, tmp_path / "file.bin", "good").read_bytes() == CONTENT


def test_several_processes_fetch_it_once(site, tmp_path):
    address, seen = site
    code = ("from pathlib import Path\nfrom twinformer.io.download import download\n"
            f"download([{address + '/good'!r}], Path({str(tmp_path / 'file.bin')!r}), {DIGEST!r})")
    processes = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert (tmp_path / "file.bin").read_bytes() == CONTENT
    assert len(seen) == 1 and leftovers(tmp_path) == []


@pytest.mark.skipif(os.name == "nt", reason="needs a umask")
def test_others_may_read_it(site, tmp_path):
    address, _ = site
    before = os.umask(0o022)
    try:
        target = get(address, tmp_path / "file.bin", "good")
    finally:
        os.umask(before)
    assert target.stat().st_mode & 0o777 == 0o644
