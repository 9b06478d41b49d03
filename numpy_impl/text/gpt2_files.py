"""The two files of GPT-2's vocabulary, as OpenAI published them.

``encoder.json`` has the id of every token, ``vocab.bpe`` the merges in their
order; both are written in the alphabet of byte_alphabet.py. Every GPT-2 model,
from 124M to 1558M, has this vocabulary: 256 bytes, 50,000 merges and
<|endoftext|>.
"""
import hashlib
import json
import os
import urllib.request
from pathlib import Path

from .byte_alphabet import BYTE_TO_CHARACTER, from_visible
from .files import write_atomically
from .tokenizer import END_OF_TEXT
from .vocabulary import Vocabulary

__all__ = ["GPT2_FILES", "gpt2_vocabulary", "read_gpt2_files"]

_OPENAI = "https://openaipublic.blob.core.windows.net/gpt-2/encodings/main/"
_MIRROR = "https://huggingface.co/openai-community/gpt2/resolve/main/"

GPT2_FILES = {      # name: sha256, then where it is published
    "encoder.json": (
        "196139668be63f3b5d6574427317ae82f612a97c5d1cdaf36ed2256dbf636783",
        _OPENAI + "encoder.json", _MIRROR + "vocab.json"),
    "vocab.bpe": (
        "1ce1664773c50f3e0cc8842619a93edc4624525b728b188a9e0be33b7726adc5",
        _OPENAI + "vocab.bpe", _MIRROR + "merges.txt"),
}


def gpt2_vocabulary(folder: str | os.PathLike | None = None) -> Vocabulary:
    """GPT-2's vocabulary; its files are downloaded once, and checked.

    Parameters
    ----------
    folder
        Where the two files are, or are to be kept. Default: gpt2-tokenizer
        under $TWINFORMER_DATA, or else under ~/.cache/twinformer.

    Raises
    ------
    ConnectionError
        Where a file is missing and cannot be downloaded; it says which file
        to put where.
    ValueError
        Where a file is not the one that OpenAI published.
    """
    if folder is None:
        root = os.environ.get("TWINFORMER_DATA") or "~/.cache/twinformer"
        folder = Path(root).expanduser() / "gpt2-tokenizer"
    folder = Path(folder)
    for name, (sha256, *urls) in GPT2_FILES.items():
        path = folder / name
        data = path.read_bytes() if path.exists() else None
        if data is None:
            data = _download(urls, path, sha256)
            write_atomically(path, data)
        if hashlib.sha256(data).hexdigest() != sha256:
            raise ValueError(f"{path} is not GPT-2's {name}: its sha256 "
                             f"differs from {sha256}; delete it, and it will "
                             "be downloaded again")
    return read_gpt2_files(folder / "vocab.bpe", folder / "encoder.json")


def _download(urls: list[str], path: Path, sha256: str) -> bytes:
    problems = []
    for url in urls:
        try:
            with urllib.request.urlopen(url, timeout=60) as response:
                data = response.read()
            if hashlib.sha256(data).hexdigest() == sha256:
                return data
            problems.append(f"{url}: wrong content")
        except (OSError, ValueError) as error:      # URLError is an OSError
            problems.append(f"{url}: {error}")
    raise ConnectionError(
        f"{path} is missing and could not be downloaded ({problems}); without "
        f"a network, get {path.name} from one of these addresses elsewhere "
        f"and put it there")


def read_gpt2_files(vocab_bpe: str | os.PathLike,
                    encoder_json: str | os.PathLike) -> Vocabulary:
    """A vocabulary in the format of GPT-2's two files.

    Raises ValueError where they do not fit together.
    """
    encoder = json.loads(Path(encoder_json).read_text(encoding="utf-8"))
    lines = Path(vocab_bpe).read_text(encoding="utf-8").split("\n")
    merges = [line for line in lines if line and not line.startswith("#ver")]
    special = {}
    if END_OF_TEXT in encoder:
        special[END_OF_TEXT] = encoder.pop(END_OF_TEXT)

    in_order = [*BYTE_TO_CHARACTER.values(),
                *(merge.replace(" ", "", 1) for merge in merges)]
    if set(in_order) != set(encoder) or len(in_order) != len(encoder):
        raise ValueError(
            f"{encoder_json} has {len(encoder)} tokens, {vocab_bpe} gives "
            f"{len(in_order)}, and they should be the same")
    ids = [encoder[token] for token in in_order]
    if ids[256:] != sorted(ids[256:]):
        raise ValueError(f"the ids in {encoder_json} are not in the order of "
                         f"the merges in {vocab_bpe}")
    return Vocabulary({from_visible(token): encoder[token]
                       for token in in_order}, "gpt2", special)
