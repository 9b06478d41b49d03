"""The two files of GPT-2's vocabulary, as OpenAI published them.

``encoder.json`` has the id of every token, ``vocab.bpe`` the merges in their
order; both are written in the alphabet of byte_alphabet.py. Every GPT-2 model,
from 124M to 1558M, has this vocabulary: 256 bytes, 50,000 merges and
<|endoftext|>.
"""
import json
import os
from collections.abc import Iterable

from ..byte_alphabet import BYTE_TO_CHARACTER, from_visible
from ...io.remote_file import RemoteFile
from ...io.text_files import read_text
from ..tokenizer import END_OF_TEXT
from ..vocabulary import Vocabulary

__all__ = ["GPT2_FILES", "gpt2_vocabulary", "read_gpt2_files"]

OPENAI = "https://openaipublic.blob.core.windows.net/gpt-2/encodings/main/"
MIRROR = "https://huggingface.co/openai-community/gpt2/resolve/main/"

GPT2_FILES = (
    RemoteFile(
        path="gpt2-tokenizer/vocab.bpe", bytes=456_318,
        urls=(OPENAI + "vocab.bpe", MIRROR + "merges.txt"),
        sha256="1ce1664773c50f3e0cc8842619a93edc"
               "4624525b728b188a9e0be33b7726adc5"),
    RemoteFile(
        path="gpt2-tokenizer/encoder.json", bytes=1_042_301,
        urls=(OPENAI + "encoder.json", MIRROR + "vocab.json"),
        sha256="196139668be63f3b5d6574427317ae82"
               "f612a97c5d1cdaf36ed2256dbf636783"),
)


def gpt2_vocabulary(**options) -> Vocabulary:
    """GPT-2's vocabulary: ``BPETokenizer(*gpt2_vocabulary())``

    The two files are looked for in the data folder ($TWINFORMER_DATA), and
    downloaded once where they are missing; options are those of
    ``download``. Raises ConnectionError, which says what to put where, and
    ValueError where a file is not the one that OpenAI published.
    """
    vocab_bpe, encoder_json = (file.fetch(**options) for file in GPT2_FILES)
    return read_gpt2_files(vocab_bpe, encoder_json)


def read_gpt2_files(vocab_bpe: str | os.PathLike,
                    encoder_json: str | os.PathLike,
                    special_tokens: Iterable[str] = ()) -> Vocabulary:
    """A vocabulary in the format of GPT-2's two files.

    special_tokens : those that encoder.json may hold besides <|endoftext|>

    Raises ValueError where they do not fit together.
    """
    encoder = json.loads(read_text(encoder_json))
    lines = read_text(vocab_bpe).replace("\r\n", "\n").split("\n")
    if lines[0].startswith("#version"):
        del lines[0]
    merges = [line for line in lines if line]
    special = {name: encoder.pop(name) for name in (
        END_OF_TEXT, *special_tokens) if name in encoder}

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
