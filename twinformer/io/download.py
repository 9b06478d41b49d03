"""A file from the network: whole and checked, or not there at all.

Networks stall, cut, and answer with something else. What has arrived is kept
beside the target under ".NAME.partial"; after a cut, of the network or of
this program, the rest is asked for (HTTP Range). Only bytes with the right
digest take the final name, in one step. Where one address fails for good,
the next one is tried.

Proxies come from HTTP_PROXY, HTTPS_PROXY and NO_PROXY; certificates are
checked. Sources: RFC 9110, sections 13 (If-Range) and 14 (Range).
"""
import hashlib
import os
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

from ..corpora.catalog import CatalogFile
from .fetching import Refused, continue_download

__all__ = ["download", "fetch_file", "is_whole"]


def fetch_file(file: CatalogFile, **options) -> Path:
    """The path of a file of the catalog, downloaded where it is missing.

    Parameters and errors as in ``download``; ValueError where the file is
    there but is not the one of the catalog: it is left as it is.
    """
    target = file.local
    if not target.exists():
        return download(file, target, **options)
    if not is_whole(target, file.sha256):
        raise ValueError(
            f"{target} is not the file of the catalog: its sha256 differs "
            f"from {file.sha256}; delete it, and it is downloaded again")
    return target


def download(
    file: CatalogFile,
    target: Path,
    *,
    tries: int = 5,
    pause: float = 1.0,
    timeout: tuple[float, float] = (10.0, 30.0),
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Path:
    """Download one file to target.

    Parameters
    ----------
    file : CatalogFile
    target : Path
        Its folder is made; an existing file is replaced in one step.
    tries : int
        For each address, as long as trying again makes sense; a try that
        brought new bytes does not count.
    pause : float
        Seconds before the second try; doubled each time, at most 30.
    timeout : (connect, read)
        Seconds of silence after which a connection is given up.
    progress : callable
        (bytes that are there, bytes in all or 0).

    Raises
    ------
    ConnectionError
        Where no address gave the file. It says what each one did, which
        file to put where by hand, and its digest.
    OSError
        Where the disk is full or refuses. What has arrived is kept.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with locked(target):
        problems = []
        for url in file.urls:
            try:
                return from_one(url, file, target, tries, pause, timeout,
                                progress)
            except Refused as problem:
                problems.append(f"{url}: {problem}")
        raise ConnectionError(by_hand(file, target, problems))


def from_one(url: str, file: CatalogFile, target: Path, tries: int,
             pause: float, timeout, progress) -> Path:
    """The file from one address; Refused where that is hopeless."""
    address, _, member = url.partition("#")
    part = target.with_name(
        f".{target.name}{'.zip' if member else ''}.partial")
    left = tries
    while True:
        before = part.stat().st_size if part.exists() else 0
        try:
            continue_download(address, part, timeout, progress,
                              0 if member else file.bytes)
            break
        except Refused as problem:
            left = tries if part_grew(part, before) else left - 1
            if problem.final or left == 0:
                raise
            time.sleep(max(min(pause * 2**(tries - left - 1), 30.0),
                           problem.wait))
    if member:
        part = unpacked(part, member, target)
    if not is_whole(part, file.sha256):
        size = part.stat().st_size
        forget(part)
        raise Refused(f"gave {size} bytes that are not this file")
    os.replace(part, target)
    forget(part)
    return target


def unpacked(archive: Path, member: str, target: Path) -> Path:
    """A file inside a zip archive, beside target; the archive goes."""
    part = target.with_name(f".{target.name}.member.partial")
    try:
        with zipfile.ZipFile(archive) as opened, open(part, "wb") as out, \
                opened.open(member) as content:
            while block := content.read(2**20):
                out.write(block)
            out.flush()
            os.fsync(out.fileno())
    except (zipfile.BadZipFile, KeyError, EOFError) as problem:
        part.unlink(missing_ok=True)
        raise Refused(f"is no archive with {member} in it "
                      f"({problem})") from None
    finally:
        forget(archive)
    return part


def is_whole(path: Path, sha256: str) -> bool:
    """Whether a file has this digest; any file has the digest ""."""
    if not sha256:
        return True
    with open(path, "rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest() == sha256


def part_grew(part: Path, before: int) -> bool:
    return part.exists() and part.stat().st_size > before


def forget(part: Path) -> None:
    """Remove a partial file and what is known about it."""
    for path in (part, part.with_name(part.name + ".json")):
        path.unlink(missing_ok=True)


def locked(target: Path):
    """Two programs that want the same file take turns."""
    from filelock import FileLock
    return FileLock(target.with_name(f".{target.name}.lock"))


def by_hand(file: CatalogFile, target: Path, problems: list[str]) -> str:
    digest = f" (sha256 {file.sha256})" if file.sha256 else ""
    return (f"{target.name} could not be downloaded [{'; '.join(problems)}]."
            f" Without a network: get it elsewhere from {file.urls[-1]} and "
            f"put it at {target}{digest}")
