"""From documents to token arrays: split, learn the tokenizer, encode, cache.

Learning and encoding take longer than reading, so their results are kept in
a cache folder under the hash of the text and the settings they came from.
"""
import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..tokenizers.byte_tokenizer import ByteTokenizer
from ..tokenizers.characters import CharacterTokenizer
from ..corpora.encoded_corpus import encode_corpus
from ..prepare.prepared import PreparedCorpus, is_prepared
from ..backend import byte_pair_encoding, load_tokenizer
from ..batches.shards import ShardedTokens
from ..tokenizers.token_table import bytes_per_token
from ..tokenizers.tokenizer import END_OF_TEXT, Tokenizer
from ..tokenizers.wordpiece import WordPiece
from ..io.atomic_folder import new_folder, remove_folder
from ..configs.data_config import DataConfig
from ..corpora.documents import (
    Document, by_hash, read_documents, split_documents,
)
from ..io.sealed_files import read_json, write_json

__all__ = ["TrainingData", "prepare_data"]

CACHE_FORMAT = "2"
FIRST = DataConfig()    # the defaults


@dataclass(frozen=True)
class TrainingData:
    """What a model is trained and judged on.

    Attributes
    ----------
    key : str
        Hash of the text and the settings; equal keys, equal arrays.
    tokenizer : Tokenizer
    train, validation : (N,) integer arrays
        The two parts as token ids, an end of text after each document;
        memory-mapped where the corpus was prepared.
    bytes_per_token : (V,) int64 array
        Turns nats per token into bits per byte.
    """

    key: str
    tokenizer: Tokenizer
    train: np.ndarray | ShardedTokens
    validation: np.ndarray | ShardedTokens
    bytes_per_token: np.ndarray

    def require_windows(self, context_length: int) -> None:
        """ValueError where a part is shorter than one window."""
        for name in ("train", "validation"):
            tokens = len(getattr(self, name))
            if tokens < context_length + 1:
                raise ValueError(
                    f"the {name} part of the corpus has {tokens} tokens, one "
                    f"window needs {context_length + 1}; take a longer text "
                    "or a smaller --model.context_length")


def prepare_data(
    config: DataConfig,
    cache: Path,
    *,
    backend: str | None = None,
    key: str | None = None,
    note: Callable[[str], None] = lambda message: None,
) -> TrainingData:
    """Read, split, tokenise; or take all of it from the cache.

    Parameters
    ----------
    config : DataConfig
    cache : Path
        Folder of earlier results; damaged ones are made again.
    backend : str, optional
        Whose tokenizer; left out, torch where it is installed.
    key : str, optional
        The key of the data that an earlier run used: it is taken from the
        cache without a look at the corpus, or made again and compared.
    note : callable
        Told in a sentence what takes its time.

    Raises
    ------
    FileNotFoundError, ValueError
        As ``read_documents``; where the corpus is no longer the one of
        ``key``.
    """
    if prepared := prepared_data(config, backend, key):
        if (config.tokenizer, config.vocab_size) != (
                FIRST.tokenizer, FIRST.vocab_size):
            note("a prepared corpus has its own tokenizer, whatever "
                 "--tokenizer and --vocab-size say")
        return prepared
    if key and (found := from_cache(cache / key, key, backend)):
        return found
    documents = read_documents(config.corpus, note, config.text_field)
    made = data_key(documents, config)
    if key and key != made:
        raise ValueError(
            "the corpus is no longer the one this run was trained on "
            f"({', '.join(config.corpus)}); restore it, or start a new run")
    if found := from_cache(cache / made, made, backend):
        return found

    train, validation = split_documents(documents, config.validation)
    characters = sum(len(document.text) for document in documents)
    note(f"reading {len(documents):,} documents, {characters:,} characters")
    tokenizer = new_tokenizer(config, train, validation, backend, note)
    note(f"encoding the corpus in {tokenizer.vocab_size} tokens")
    data = TrainingData(
        made, tokenizer, encode_corpus(tokenizer, texts(train)),
        encode_corpus(tokenizer, texts(validation)),
        bytes_per_token(tokenizer))
    to_cache(data, cache / made)
    return data


def prepared_data(config: DataConfig, backend: str | None,
                  key: str | None) -> TrainingData | None:
    """The folder of ``twinformer data prepare``, if that is the corpus."""
    if not any(map(is_prepared, config.corpus)):
        return None
    if len(config.corpus) > 1:
        raise ValueError("a prepared corpus is read alone, not as one of "
                         f"{', '.join(config.corpus)}; prepare them together")
    corpus = PreparedCorpus(config.corpus[0], backend=backend)
    if key and key != corpus.key:
        raise ValueError(
            "the corpus is no longer the one this run was trained on "
            f"({config.corpus[0]}); restore it, or start a new run")
    return TrainingData(corpus.key, corpus.tokenizer, corpus.train,
                        corpus.validation, bytes_per_token(corpus.tokenizer))


def new_tokenizer(config: DataConfig, train: Sequence[Document],
                  validation: Sequence[Document], backend: str | None,
                  note) -> Tokenizer:
    """The tokenizer that config asks for, from the training part alone.

    Only the alphabet of the character tokenizer sees the validation part
    too: it could not spell it otherwise.
    """
    learned = {"bpe": "byte pairs", "wordpiece": "pieces of words"}
    if (config.tokenizer not in learned
            and config.vocab_size != FIRST.vocab_size):
        note(f"--vocab-size {config.vocab_size} is of --tokenizer bpe and "
             "wordpiece alone")
    if config.tokenizer == "bytes":
        return ByteTokenizer()
    if config.tokenizer == "characters":
        everything = "".join(texts([*train, *validation]))
        return CharacterTokenizer.from_text(everything, [END_OF_TEXT])
    note(f"learning {config.vocab_size} {learned[config.tokenizer]}")
    sample = texts_within(train, config.tokenizer_sample)
    kind = (WordPiece if config.tokenizer == "wordpiece"
            else byte_pair_encoding(backend))
    tokenizer = kind.train(sample, config.vocab_size, at_most=True)
    if tokenizer.vocab_size < config.vocab_size:
        note(f"the text has pairs for a vocabulary of {tokenizer.vocab_size} "
             f"tokens, not {config.vocab_size}")
    return tokenizer


def texts(documents: Iterable[Document]) -> list[str]:
    return [document.text for document in documents]


def texts_within(documents: Sequence[Document], characters: int) -> list[str]:
    """A mixed sample: documents in hash order, the last one cut."""
    if not characters:
        return texts(documents)
    sample, room = [], characters
    for index in by_hash(documents):
        sample.append(documents[index].text[:room])
        room -= len(sample[-1])
        if room <= 0:
            break
    return sample


def data_key(documents: Iterable[Document], config: DataConfig) -> str:
    """A hash of everything that the token arrays depend on."""
    settings = (CACHE_FORMAT, config.tokenizer, config.vocab_size,
                config.tokenizer_sample, config.validation)
    digest = hashlib.sha256(repr(settings).encode())
    for name, text in documents:
        content = text.encode()
        digest.update(f"\n{name}\n{len(content)}\n".encode())
        digest.update(content)
    return digest.hexdigest()[:32]


def to_cache(data: TrainingData, folder: Path) -> None:
    """Keep the arrays and the tokenizer for the next run."""
    remove_folder(folder)  # if it is there, it is damaged
    with new_folder(folder) as draft:
        data.tokenizer.save(draft / "tokenizer.json")
        np.save(draft / "train.npy", data.train)
        np.save(draft / "validation.npy", data.validation)
        write_json(draft / "digests.json", digests(draft))


def from_cache(folder: Path, key: str,
               backend: str | None) -> TrainingData | None:
    """What ``to_cache`` wrote, or None where it is missing or damaged."""
    try:
        if read_json(folder / "digests.json") != digests(folder):
            return None
        tokenizer = load_tokenizer(folder / "tokenizer.json", backend)
        train, validation = (
            np.load(folder / f"{part}.npy", allow_pickle=False)
            for part in ("train", "validation"))
    except (OSError, ValueError):
        return None
    return TrainingData(key, tokenizer, train, validation,
                        bytes_per_token(tokenizer))


def digests(folder: Path) -> dict[str, str]:
    names = ("tokenizer.json", "train.npy", "validation.npy")
    return {name: hashlib.sha256((folder / name).read_bytes()).hexdigest()
            for name in names}
