"""A file from the network: whole and checked, or not there at all.

``pooch`` brings the bytes, ``tenacity`` asks again where that may help. Only
bytes with the right digest take the final name, in one step. Where an address
does not give them, the next one is tried.

Proxies come from HTTP_PROXY, HTTPS_PROXY and NO_PROXY; certificates are
checked.
"""
import hashlib
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from .files import write_atomically
from .network import in_words, is_passing

__all__ = ["download"]

BLOCK = 2**14
LONGEST_PAUSE = 30.0    # seconds between two tries


def download(
    urls: tuple[str, ...],
    target: Path,
    sha256: str = "",
    size: int = 0,
    *,
    tries: int = 4,
    pause: float = 1.0,
    timeout: tuple[float, float] = (10.0, 30.0),
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Path:
    """Bring one file to target, unless it is there.

    Parameters
    ----------
    urls
        Addresses that give it, best first; "archive.zip#name" is a file
        inside an archive.
    sha256, size
        Of the file; "" and 0 where they are not known.
    tries : int
        For each address, as long as trying again makes sense.
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
    ValueError
        Where target is there with another digest: it is left as it is.
    OSError
        Where the disk is full or refuses.
    """
    from filelock import FileLock
    from requests.exceptions import RequestException

    if target.exists():
        return checked(target, sha256)
    target.parent.mkdir(parents=True, exist_ok=True)
    # Two programs that want the same file take turns
    with FileLock(target.with_name(f".{target.name}.lock")):
        if target.exists():
            return checked(target, sha256)
        problems = []
        for url in urls:
            try:
                content = retried(tries, pause)(
                    content_of, url, size, timeout, progress)
                if not is_right(content, sha256):
                    raise ValueError(f"gave {len(content)} bytes that are "
                                     "not this file")
            except RequestException as problem:
                problems.append(f"{url}: {in_words(problem)}")
            except ValueError as problem:
                problems.append(f"{url}: {problem}")
            else:
                write_atomically(target, content)
                return target
    raise ConnectionError(by_hand(urls, target, sha256, problems))


def retried(tries: int, pause: float):
    from tenacity import (
        Retrying, retry_if_exception, stop_after_attempt, wait_exponential,
    )
    return Retrying(retry=retry_if_exception(is_passing), reraise=True,
                    stop=stop_after_attempt(tries),
                    wait=wait_exponential(pause, max=LONGEST_PAUSE))


def content_of(url: str, size: int, timeout: tuple[float, float],
               progress: Callable[[int, int], None]) -> bytes:
    """What an address gives, or the file inside the archive it gives."""
    import pooch

    pooch.get_logger().setLevel("WARNING")
    address, _, member = url.partition("#")
    downloader = pooch.HTTPDownloader(
        Progress(progress, 0 if member else size), BLOCK, timeout=timeout,
        # identity: the length of a compressed answer is not the file's
        headers={"Accept-Encoding": "identity", "User-Agent": "twinformer"})
    with tempfile.TemporaryDirectory() as folder:
        arrived = Path(pooch.retrieve(address, None, "file", folder,
                                      downloader=downloader))
        if not member:
            return arrived.read_bytes()
        try:
            with zipfile.ZipFile(arrived) as archive:
                return archive.read(member)
        except (zipfile.BadZipFile, KeyError, EOFError) as problem:
            raise ValueError(f"is no archive with {member} in it ({problem})"
                             ) from None


class Progress:
    """pooch's progress bar, which also ends an answer without end."""

    def __init__(self, told: Callable[[int, int], None], size: int):
        self.told, self.size = told, size
        self.done = self.total = 0

    def update(self, more: int) -> None:
        self.done += more       # whole blocks, the last one too
        if self.size and self.done >= self.size + BLOCK:
            raise ValueError(f"gave more than the {self.size} bytes of the "
                             "file")
        total = self.total or self.size
        self.told(min(self.done, total or self.done), total)

    def reset(self) -> None:
        self.done = 0

    def close(self) -> None:
        pass


def is_right(content: bytes, sha256: str) -> bool:
    """Whether this is the digest; any file has the digest ""."""
    return not sha256 or hashlib.sha256(content).hexdigest() == sha256


def checked(target: Path, sha256: str) -> Path:
    if not is_right(target.read_bytes(), sha256):
        raise ValueError(
            f"{target} is not the file of the catalog: its sha256 differs "
            f"from {sha256}; delete it, and it is downloaded again")
    return target


def by_hand(urls: tuple[str, ...], target: Path, sha256: str,
            problems: list[str]) -> str:
    digest = f" (sha256 {sha256})" if sha256 else ""
    return (f"{target.name} could not be downloaded [{'; '.join(problems)}]."
            f" Without a network: get it elsewhere from {urls[-1]} and "
            f"put it at {target}{digest}")
