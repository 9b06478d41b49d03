"""Downloads: whole and checked, or not there at all."""
import errno
import os
import signal
import subprocess
import sys
import time

import pytest

import twinformer.io.fetching as fetching
from twinformer.corpora.catalog import CatalogFile
from twinformer.io.download import download, fetch_file

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


def of(address, *whats, **changes):
    return CatalogFile(**{"path": "a/file.bin", "urls": [f"{address}/{what}" for what in whats],
                          "sha256": DIGEST, "bytes": len(CONTENT)} | changes)


def leftovers(folder):
    """All but the target and the lock."""
    return [path.name for path in folder.rglob("*")
            if path.is_file() and not path.name.endswith(".lock") and path.name != "file.bin"]


@pytest.mark.parametrize("what", [
    "good", "truncates", "truncates_without_ranges", "stalls", "new_version", "wrong_range",
    "busy", "zip#deep/file.bin"])
@pytest.mark.parametrize("known", [True, False], ids=["known", "unknown"])
def test_trouble_that_passes(site, tmp_path, what, known):
    """The file arrives, with the digest known beforehand and without."""
    address, seen = site
    file = of(address, what, **({} if known else {"sha256": "", "bytes": 0}))
    reported = []
    target = download(file, tmp_path / "file.bin", **QUICK,
                      progress=lambda done, total: reported.append((done, total)))
    assert target.read_bytes() == CONTENT
    assert leftovers(tmp_path) == []
    if "#" not in what:
        assert reported[-1][0] == len(CONTENT)


@pytest.mark.parametrize("what, problem", [
    ("404", "404"), ("403", "403"), ("500", "500"), ("503", "503"), ("wrong", "not this file"),
    ("says_less", "1000 bytes instead of 300000"), ("says_more", "instead of 300000"),
    ("always_truncates", "cut"), ("endless", "more than"), ("cuts_everything", "no connection"),
    ("zip#other", "no archive with other"), ("good#file.bin", "no archive")])
def test_trouble_that_stays(site, tmp_path, what, problem):
    """The mirror gives the file; without one nothing has the final name."""
    address, _ = site
    target = tmp_path / "file.bin"
    with pytest.raises(ConnectionError) as caught:
        download(of(address, what), target, **QUICK)
    message = str(caught.value)
    assert problem in message and str(target) in message and DIGEST in message
    assert not target.exists()
    assert download(of(address, what, "good"), target, **QUICK).read_bytes() == CONTENT
    assert leftovers(tmp_path) == []


def test_what_has_arrived_is_not_fetched_again(site, tmp_path):
    address, seen = site
    download(of(address, "truncates"), tmp_path / "file.bin", **QUICK)
    whole = 100_000 // fetching.BLOCK * fetching.BLOCK      # blocks that came whole
    assert [wanted for _, wanted, _ in seen] == [
        None, *(f"bytes={whole * times}-" for times in (1, 2, 3))]
    assert [version for *_, version in seen] == [None, *['"one"'] * 3]


def test_final_answers_are_not_asked_for_again(site, tmp_path):
    address, seen = site
    download(of(address, "404", "wrong", "500", "good"), tmp_path / "file.bin", **QUICK)
    assert [path for path, *_ in seen] == ["/404", "/wrong", "/500", "/500", "/500", "/good"]


def test_a_mirror_starts_anew(site, tmp_path):
    """The beginning of one address is not continued with the rest of another."""
    address, seen = site
    download(of(address, "always_truncates", "good"), tmp_path / "file.bin", **QUICK)
    assert seen[-1] == ("/good", None, None)


def test_a_file_that_is_there_needs_no_network(site, tmp_path, monkeypatch):
    address, seen = site
    monkeypatch.setenv("TWINFORMER_DATA", str(tmp_path))
    file = of(address, "good")
    assert fetch_file(file, **QUICK) == tmp_path / "a" / "file.bin"
    assert fetch_file(file, **QUICK).read_bytes() == CONTENT and len(seen) == 1
    (tmp_path / "a" / "file.bin").write_bytes(CONTENT[:-1])
    with pytest.raises(ValueError, match="delete it"):
        fetch_file(file, **QUICK)


def test_through_a_proxy(site, tmp_path, monkeypatch):
    """HTTP_PROXY is asked for addresses of the world, NO_PROXY are not."""
    address, seen = site
    monkeypatch.setenv("HTTP_PROXY", address)
    monkeypatch.setenv("http_proxy", address)
    download(of("http://data.example", "good"), tmp_path / "file.bin", **QUICK)
    assert seen[0][0] == "http://data.example/good"
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    download(of(address, "good"), tmp_path / "file.bin", **QUICK)
    with pytest.raises(ConnectionError, match="proxy"):
        download(of("http://data.example", "good"), tmp_path / "other.bin", **QUICK)


def test_a_full_disk(site, tmp_path, monkeypatch):
    """The error is that of the disk; what has arrived stays."""
    address, _ = site
    write = fetching.append

    def full(response, part, *rest):
        with open(part, "ab") as file:
            file.write(response.raw.read(50_000))
        raise OSError(errno.ENOSPC, "No space left on device")
    monkeypatch.setattr(fetching, "append", full)
    with pytest.raises(OSError, match="No space"):
        download(of(address, "good"), tmp_path / "file.bin", **QUICK)
    monkeypatch.setattr(fetching, "append", write)
    assert not (tmp_path / "file.bin").exists()
    download(of(address, "good"), tmp_path / "file.bin", **QUICK)
    assert (tmp_path / "file.bin").read_bytes() == CONTENT


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_killed_and_started_again(site, tmp_path):
    """The second process asks for the rest only."""
    address, seen = site
    code = ("import sys\nfrom pathlib import Path\n"
            "from twinformer.corpora.catalog import CatalogFile\n"
            "from twinformer.io.download import download\n"
            f"file = CatalogFile(path='f', urls=[{address + '/stalls'!r}], sha256={DIGEST!r})\n"
            f"download(file, Path({str(tmp_path / 'file.bin')!r}), timeout=(5, 30))")
    process = subprocess.Popen([sys.executable, "-c", code])
    part = tmp_path / ".file.bin.partial"
    deadline = time.monotonic() + 20
    while not (part.exists() and part.stat().st_size) and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    arrived = part.stat().st_size
    assert 0 < arrived < len(CONTENT) and not (tmp_path / "file.bin").exists()
    download(of(address, "stalls"), tmp_path / "file.bin", **QUICK)
    assert seen[-1][1] == f"bytes={arrived}-"
    assert (tmp_path / "file.bin").read_bytes() == CONTENT
