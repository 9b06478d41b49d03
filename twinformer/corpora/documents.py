"""Documents: the files a model reads, in a fixed order, as text.

The default corpus is the source code of the running interpreter's standard
library: millions of characters of real text that every machine with Python
already has.
"""
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from .catalog import catalog_entry, load_catalog
from .sources import corpus_sources
from .readers import ReadOptions
from .standard_library import (
    STANDARD_LIBRARY, standard_library_files, visible_files,
)

__all__ = ["STANDARD_LIBRARY", "Document", "read_documents",
           "split_documents", "standard_library"]


class Document(NamedTuple):
    """One file: its name relative to what was asked for, and its text."""

    name: str
    text: str


def read_documents(corpus: Sequence[str | Path]) -> list[Document]:
    """Read text files, folders of text files, or the standard library.

    Parameters
    ----------
    corpus : sequence of paths
        Folders are read to the bottom, sorted by name, without hidden
        files; "standard-library" stands for the interpreter's own source.
        Other names are those of the catalog.

    Returns
    -------
    list of Document
        Never empty, and no document is.

    Raises
    ------
    FileNotFoundError
        For a path that does not exist.
    ValueError
        For bytes that are not UTF-8, with their file and offset, and for
        a corpus without text.
    """
    documents: list[Document] = []
    for entry in corpus:
        path = Path(entry).expanduser()
        if str(entry) == STANDARD_LIBRARY and not path.exists():
            documents += standard_library()
        elif path.is_dir():
            documents += [read(file, file.relative_to(path).as_posix())
                          for file in visible_files(path)]
        elif path.exists():
            documents.append(read(path, path.name))
        elif str(entry) in load_catalog():
            documents += catalog_documents(str(entry))
        else:
            raise FileNotFoundError(
                f"there is no corpus at {entry}; expected a text file, a "
                f"folder of text files, or {STANDARD_LIBRARY} or another "
                "name that twinformer data list shows")
    documents = [document for document in documents if document.text]
    if not documents:
        raise ValueError("the corpus is empty: no text in "
                         f"{', '.join(map(str, corpus))}")
    return documents


def standard_library() -> Iterator[Document]:
    """The running interpreter's own modules, the same on every system.

    Modules generated for one machine are left out, as are the few that are
    not UTF-8; line ends become newlines.
    """
    for name, file in standard_library_files():
        try:
            text = file.read_bytes().decode("utf-8")
        except UnicodeDecodeError:
            continue
        yield Document(name, text.replace("\r\n", "\n"))


def catalog_documents(name: str) -> Iterator[Document]:
    """A corpus of the catalog, downloaded where it is missing."""
    if catalog_entry(name).parser == "hub":
        raise ValueError(f"{name} is too large to be read at once; first: "
                         f"twinformer data prepare {name}")
    for source in corpus_sources(name):
        for passage in source.read(ReadOptions()):
            yield Document(passage.name, passage.text)


def read(file: Path, name: str) -> Document:
    content = file.read_bytes()
    try:
        return Document(name, content.decode("utf-8"))
    except UnicodeDecodeError as problem:
        raise ValueError(
            f"{file} is not UTF-8 text: byte 0x{content[problem.start]:02x} "
            f"at offset {problem.start}; convert the file to UTF-8 or leave "
            "it out") from None


def split_documents(
    documents: Sequence[Document], share: float
) -> tuple[list[Document], list[Document]]:
    """Keep whole documents apart for validation.

    Documents go to validation in the order of a hash of their names, as
    long as they fit into ``share`` of the characters: the same documents
    wherever the corpus lies and whatever is added to it. Where those fill
    less than half of it (a single book, or one beside short notes), the end
    of the last document that did not fit is cut off too, at a line.

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
    cut = text.rfind("\n", 0, cut) + 1 or cut
    return ([*train, Document(name, text[:cut])],
            [*validation, Document(name, text[cut:])])


def by_hash(documents: Iterable[Document]) -> list[int]:
    """Indices of documents in an order that only their names decide."""
    keys = [(hashlib.sha256(document.name.encode()).digest(), index)
            for index, document in enumerate(documents)]
    return [index for _, index in sorted(keys)]
