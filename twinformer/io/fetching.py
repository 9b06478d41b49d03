"""One request for a file, or for the rest of it, into a partial file.

Beside the partial file lies a small JSON file with its address and the
server's version of it (ETag or Last-Modified): the rest is only appended to
the beginning of the same version.
"""
import contextlib
import json
import os
import re
from collections.abc import Callable
from pathlib import Path

from .files import write_atomically
from .network_words import in_words

__all__ = ["Refused", "continue_download"]

BLOCK = 2**14           # what is lost of the last block when it is cut
# Worth another try: the server is busy, or broken for a moment.
PASSING = {408, 425, 429, 500, 502, 503, 504}
LONGEST_WAIT = 60.0     # seconds of a server's Retry-After that we obey


class Refused(Exception):
    """An address did not give the file.

    Attributes
    ----------
    final : bool
        Whether trying again is useless.
    wait : float
        Seconds that the server asked us to wait.
    """

    def __init__(self, message: str, final: bool = True, wait: float = 0.0):
        super().__init__(message)
        self.final, self.wait = final, wait


def continue_download(
    url: str,
    part: Path,
    timeout: tuple[float, float],
    progress: Callable[[int, int], None],
    expected: int = 0,
) -> None:
    """Bring part to its end; what arrives stays there whatever happens.

    Raises
    ------
    Refused
        Where the server, the network or the length of the answer is wrong.
    OSError
        Where part cannot be written.
    """
    import requests

    note = part.with_name(part.name + ".json")
    known = read_note(note)
    have = part.stat().st_size if part.exists() else 0
    if known.get("url") != url:
        have = 0        # the beginning of something else, perhaps
    if have and expected and have >= expected:
        if have == expected:
            return      # was cut between the last byte and the check
        have = 0
    # identity: a compressed answer has other lengths, and no ranges
    headers = {"Accept-Encoding": "identity", "User-Agent": "twinformer"}
    if have:
        headers["Range"] = f"bytes={have}-"
        if known.get("version"):
            headers["If-Range"] = known["version"]
    try:
        with requests.get(url, headers=headers, stream=True,
                          timeout=timeout) as response:
            have = check_answer(response, have, part)
            total = announced(response, have)
            if expected and total and total != expected:
                raise Refused(f"has {total} bytes instead of {expected}")
            if not have:    # noted before the first byte is kept
                part.unlink(missing_ok=True)
                write_atomically(note, json.dumps(
                    {"url": url, "version": version(response)}))
            append(response, part, have, expected or total,
                   bool(expected), progress)
    except requests.exceptions.RequestException as problem:
        raise Refused(in_words(problem), final=isinstance(
            problem, (requests.exceptions.InvalidURL,
                      requests.exceptions.MissingSchema,
                      requests.exceptions.InvalidSchema))) from None


def check_answer(response, have: int, part: Path) -> int:
    """-> where the body of the answer starts in the file"""
    status = response.status_code
    if status == 200:
        return 0        # all of it: the server knows no ranges, or has
    if status == 206 and have:              # a new version
        start = re.match(r"bytes (\d+)-", response.headers.get(
            "Content-Range", ""))
        if start and int(start[1]) == have:
            return have
    if status in (206, 416):    # a wrong range: begin again without one
        part.unlink(missing_ok=True)
        raise Refused(f"answered {status} to a range", final=False)
    if status in PASSING:
        wait = response.headers.get("Retry-After", "")
        raise Refused(
            f"answered {status} {response.reason}", final=False,
            wait=min(float(wait), LONGEST_WAIT) if wait.isdigit() else 0.0)
    raise Refused(f"answered {status} {response.reason}")


def append(response, part: Path, have: int, total: int, exactly: bool,
           progress: Callable[[int, int], None]) -> None:
    """Write the body to the end of part; never more than was expected."""
    with open(part, "ab") as file:
        try:
            for block in response.iter_content(BLOCK):
                file.write(block)
                have += len(block)
                progress(have, total)
                if exactly and have > total:
                    break
        finally:
            with contextlib.suppress(OSError):  # the first error counts
                file.flush()
        os.fsync(file.fileno())
    if exactly and have > total:
        part.unlink()
        raise Refused(f"gave more than the {total} bytes of the file")
    if total and have < total:
        raise Refused(f"stopped after {have} of {total} bytes", final=False)


def announced(response, have: int) -> int:
    """Bytes of the whole file by the server's account, 0 = unknown"""
    length = response.headers.get("Content-Length", "")
    return have + int(length) if length.isdigit() else 0


def version(response) -> str:
    """What If-Range accepts: a strong ETag, or a date."""
    tag = response.headers.get("ETag", "")
    if tag and not tag.startswith("W/"):
        return tag
    return response.headers.get("Last-Modified", "")


def read_note(note: Path) -> dict[str, str]:
    try:
        content = json.loads(note.read_text(encoding="utf-8"))
        return content if isinstance(content, dict) else {}
    except (OSError, ValueError):
        return {}
