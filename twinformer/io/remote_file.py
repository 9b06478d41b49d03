"""A file of the world that has its place on this machine."""
import os
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from .download import download
from .paths import expanded

__all__ = ["RemoteFile", "data_folder"]


def data_folder() -> Path:
    """Where downloads are kept: $TWINFORMER_DATA or ~/.cache/twinformer"""
    chosen = os.environ.get("TWINFORMER_DATA") or "~/.cache/twinformer"
    return expanded(chosen)


@dataclass(frozen=True, kw_only=True)
class RemoteFile:
    """A file that is downloaded once.

    Attributes
    ----------
    path
        Where it is kept below ``data_folder()``.
    urls
        Addresses that give it, best first; "archive.zip#name" is a file
        inside an archive.
    sha256
        Digest of its bytes in hexadecimal; "" where nobody can know it.
    bytes
        Its size, 0 where it is not known.
    """

    path: str
    urls: tuple[str, ...]
    sha256: str = ""
    bytes: int = 0

    def __post_init__(self):
        object.__setattr__(self, "urls", tuple(self.urls))
        parts = PurePosixPath(self.path).parts
        if not parts or ".." in parts or self.path.startswith("/"):
            raise ValueError(f"path {self.path!r} leads out of the folder")
        if self.sha256 and not re.fullmatch("[0-9a-f]{64}", self.sha256):
            raise ValueError(f"{self.sha256!r} is no SHA-256 digest")

    @property
    def local(self) -> Path:
        """Where it is, or will be, on this machine."""
        return data_folder() / self.path

    def fetch(self, **options) -> Path:
        """Its path on this machine, downloaded where it is missing."""
        return download(self.urls, self.local, self.sha256, self.bytes,
                        **options)
