"""Documents: the files a model reads, in a fixed order, as text.

The default corpus is the source code of the running interpreter's standard
library: millions of characters of real text that every machine with Python
already has.
"""
import hashlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from ..io.paths import expanded
from ..io.shell_words import command_line
from ..io.surrogates import repair_surrogates
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
    text_field: str = "text",
) -> list[Document]:
    """Read files, folders, or corpora of the catalog whole.

    Parameters
    ----------
    corpus : sequence of paths or names
        As for ``corpus_sources``, which ``data prepare`` reads with, too;
        "standard-library" stands for the interpreter's own source.
    note : callable
        Told in a sentence which files are passed over.
    text_field
        As in ReadOptions.

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
        catalog = {} if expanded(name).exists() else load_catalog()
        if name in catalog and catalog[name].parser == "hub":
            raise ValueError(f"{name} is too large to be read at once; "
                             f"first: {command_line('data', 'prepare', name)}")
        if name in catalog and not all(
                file.local.exists() for file in catalog[name].files):
            note(f"getting {name} ({catalog[name].size})")
        for source in corpus_sources(name, note=note, text_field=text_field):
            documents += whole_documents(
                source.read(ReadOptions(text_field=text_field)))
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
    """Keep whole documents apart for validation, and the ends of long ones.

    A document too long to be validation as a whole gives the same share of
    itself, its end, cut at a line or a word where one begins near enough: a
    novel beside a note is measured by the novel. Of the others some go whole,
    in the order of a hash of their names, as long as they fit into ``share``
    of their characters: the same documents wherever the corpus lies and
    whatever is added to it.

    Returns
    -------
    train, validation : lists of Document
        Together every character of ``documents``.
    """
    sizes = [len(document.text) for document in documents]
    wanted = share * sum(sizes)
    tails = {index: int(share * size) for index, size in enumerate(sizes)
             if size > wanted and int(share * size)}
    room = share * (sum(sizes) - sum(sizes[index] for index in tails))
    whole: set[int] = set()
    for index in by_hash(documents):
        if index not in tails and sizes[index] <= room:
            room -= sizes[index]
            whole.add(index)
    kept = sum(tails.values()) + sum(sizes[index] for index in whole)
    if kept < wanted / 2:       # of a few documents, none fits
        last = max(set(range(len(documents))) - whole)
        tails[last] = max(1, min(int(wanted - kept), sizes[last] - 1))

    train, validation = [], []
    for index, (name, text) in enumerate(documents):
        if index in whole:
            validation.append(documents[index])
        elif index in tails:
            cut = place_before(text, len(text) - tails[index],
                               tails[index] // 2)
            train.append(Document(name, text[:cut]))
            validation.append(Document(name, text[cut:]))
        else:
            train.append(documents[index])
    return train, validation


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
