"""Documents: the files a model reads, in a fixed order, as text.

The default corpus is the source code of the running interpreter's standard
library: millions of characters of real text that every machine with Python
already has.
"""
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ..io.shell_words import command_line
from ..tokenizers.tokenizer import repair_surrogates
from .catalog import load_catalog
from .passages import Passage
from .readers import ReadOptions
from .sources import corpus_sources
from .standard_library import STANDARD_LIBRARY

__all__ = ["STANDARD_LIBRARY", "Document", "read_documents",
           "split_documents"]


class Document(NamedTuple):
    """One file: its name relative to what was asked for, and its text."""

    name: str
    text: str


def read_documents(
    corpus: Sequence[str | Path],
    note: Callable[[str], None] = lambda message: None,
) -> list[Document]:
    """Read files, folders, or corpora of the catalog whole.

    Parameters
    ----------
    corpus : sequence of paths or names
        As for ``corpus_sources``, which ``data prepare`` reads with, too;
        "standard-library" stands for the interpreter's own source.
    note : callable
        Told in a sentence which files are passed over.

    Returns
    -------
    list of Document
        Never empty, and no document is; each is Unicode that can be written.

    Raises
    ------
    FileNotFoundError
        For a path that does not exist.
    ValueError
        For bytes that are no text, with their file and offset, for a corpus
        without text, and for one that is too large to be read at once.
    """
    documents: list[Document] = []
    for name in map(str, corpus):
        catalog = {} if Path(name).expanduser().exists() else load_catalog()
        if name in catalog and catalog[name].parser == "hub":
            raise ValueError(f"{name} is too large to be read at once; "
                             f"first: {command_line('data', 'prepare', name)}")
        for source in corpus_sources(name, note=note):
            documents += whole_documents(source.read(ReadOptions()))
    documents = [document for document in documents
                 if document.text.strip()]
    if not documents:
        raise ValueError("the corpus is empty: no text in "
                         f"{', '.join(map(str, corpus))}")
    return documents


def whole_documents(passages: Iterable[Passage]) -> Iterator[Document]:
    """The passages of each document as one text."""
    parts: list[str] = []
    for passage in passages:
        parts.append(passage.text)
        if passage.ends:
            text = repair_surrogates("".join(parts))
            yield Document(passage.name, text)
            parts = []


def split_documents(
    documents: Sequence[Document], share: float
) -> tuple[list[Document], list[Document]]:
    """Keep whole documents apart for validation.

    Documents go to validation in the order of a hash of their names, as
    long as they fit into ``share`` of the characters: the same documents
    wherever the corpus lies and whatever is added to it. Where those fill
    less than half of it (a single book, or one beside short notes), the end
    of the last document that did not fit is cut off too, at a line or a word
    where one begins near enough.

    Returns
    -------
    train, validation : lists of Document
        Together every character of ``documents``.
    """
    wanted = share * sum(len(document.text) for document in documents)
    room = wanted
    chosen: set[int] = set()
    for index in by_hash(documents):
        if len(documents[index].text) <= room:
            room -= len(documents[index].text)
            chosen.add(index)
    train = [d for i, d in enumerate(documents) if i not in chosen]
    validation = [d for i, d in enumerate(documents) if i in chosen]
    if room <= wanted / 2:
        return train, validation

    name, text = train.pop()    # longer than the room that is left
    cut = len(text) - max(1, min(int(room), len(text) - 1))
    cut = place_before(text, cut, int(room) // 2)
    return ([*train, Document(name, text[:cut])],
            [*validation, Document(name, text[cut:])])


def place_before(text: str, cut: int, most: int) -> int:
    """The begin of a line, else of a word, at most so far before cut.

    A place further away would give validation far more than its share.
    """
    for end in "\n", " ":
        if found := text.rfind(end, max(0, cut - most), cut) + 1:
            return found
    return cut


def by_hash(documents: Iterable[Document]) -> list[int]:
    """Indices of documents in an order that only their names decide."""
    keys = [(hashlib.sha256(document.name.encode()).digest(), index)
            for index, document in enumerate(documents)]
    return [index for _, index in sorted(keys)]
