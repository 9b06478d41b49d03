"""The tokenizer of a new run: which kind the settings ask for, and what it
learns from.
"""
from collections.abc import Iterable, Sequence

from ..backend import byte_pair_encoding
from ..configs.data_config import DataConfig
from ..corpora.documents import Document, by_hash
from ..tokenizers.byte_tokenizer import ByteTokenizer
from ..tokenizers.characters import CharacterTokenizer
from ..tokenizers.tokenizer import END_OF_TEXT, Tokenizer
from ..tokenizers.wordpiece import WordPiece

__all__ = ["new_tokenizer", "texts"]

FIRST = DataConfig()    # the defaults


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
