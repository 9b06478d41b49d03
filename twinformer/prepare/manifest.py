"""manifest.json: what a folder of token files holds, file by file."""
import hashlib
import json
from pathlib import Path
from typing import Any

from ..io.files import write_atomically
from ..io.strict_json import json_text
from .split_writer import SplitWriter
from ..tokenizers.tokenizer import Tokenizer

__all__ = ["FORMAT", "MANIFEST", "describe_folder", "write_manifest"]

FORMAT = "twinformer tokens 1"
MANIFEST = "manifest.json"


def write_manifest(folder: Path, name: str, settings: dict[str, Any],
                   counts: dict[str, int], splits: dict[str, SplitWriter],
                   tokenizer: Tokenizer) -> dict[str, Any]:
    """The last file of a preparation: with it the folder is complete."""
    manifest: dict[str, Any] = {
        "format": FORMAT, "name": name, "counts": counts,
        "vocab_size": tokenizer.vocab_size, "settings": settings,
        "tokenizer": file_record(folder / "tokenizer.json"), "splits": {}}
    for split, writer in splits.items():
        manifest["splits"][split] = {
            "tokens": writer.tokens.written,
            "stretches": writer.starts.written,
            "dtype": writer.tokens.dtype.str,
            "shards": [file_record(path) for path in writer.tokens.paths()],
            "starts": [file_record(path) for path in writer.starts.paths()]}
    text = json_text(manifest, indent=1, ensure_ascii=False) + "\n"
    write_atomically(folder / MANIFEST, text)
    return manifest


def describe_folder(folder: Path) -> dict[str, Any] | None:
    """The manifest of a prepared folder; None where it is not complete.

    Raises ValueError where the manifest is damaged or of another version.
    """
    path = folder / MANIFEST
    if not path.is_file():
        return None
    try:
        manifest = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as problem:
        raise ValueError(f"{path} is damaged: {problem}") from None
    found = manifest.get("format") if isinstance(manifest, dict) else None
    if found != FORMAT:
        raise ValueError(f"{path} has format {found!r}, expected {FORMAT!r}; "
                         "prepare the corpus again")
    return manifest


def file_record(path: Path) -> dict[str, Any]:
    with open(path, "rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return {"file": path.name, "bytes": path.stat().st_size,
            "sha256": digest}
