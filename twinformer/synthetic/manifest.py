"""Digests and names for the record of how data was made."""
import hashlib
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ..endpoints.endpoint import Endpoint

__all__ = ["digest_of", "endpoint_record", "file_record", "own_version"]


def endpoint_record(endpoint: Endpoint) -> dict[str, Any]:
    """Who answered, and how it was asked: no key, no more of the address than
    the host."""
    return {"model": endpoint.model, "host": urlsplit(endpoint.url).netloc,
            "protocol": endpoint.protocol,
            "temperature": endpoint.temperature, "seed": endpoint.seed,
            "max_tokens": endpoint.max_tokens}


def file_record(path: str | Path, entries: int) -> dict[str, Any]:
    """A file that was read, and how many entries were taken of it."""
    path = Path(path)
    return {"file": path.name, "entries": entries,
            "sha256": digest_of(path.read_bytes())}


def own_version() -> str | None:
    """Of twinformer; None in a checkout that was not installed."""
    try:
        return version("twinformer")
    except PackageNotFoundError:
        return None


def digest_of(content: bytes | str) -> str:
    """SHA-256, in hexadecimal digits."""
    if isinstance(content, str):
        content = content.encode()
    return hashlib.sha256(content).hexdigest()
