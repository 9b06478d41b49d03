"""From documents to token arrays: split, learn the tokenizer, encode; or what
an earlier run has kept of it (data_cache.py), or ``twinformer data prepare``.
"""
from collections.abc import Callable
from pathlib import Path

from ..configs.data_config import DataConfig
from ..corpora.documents import read_documents, split_documents
from ..corpora.encoded_corpus import encode_corpus
from ..prepare.prepared import PreparedCorpus, is_prepared
from ..tokenizers.token_table import bytes_per_token
from .data_cache import data_key, from_cache, to_cache
from .tokenizer_choice import new_tokenizer, texts
from .training_data import TrainingData

__all__ = ["prepare_data"]

FIRST = DataConfig()    # the defaults


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
