"""Any corpus by name or path -> sources that can be read as passages.

A source is what is read in one go: a file, a list of records, a stream from
the network. Sources come in a fixed order and say how large they are and
what they are, so that an interrupted preparation can go on and knows whether
they changed.
"""
import difflib
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from ..io.paths import expanded, shown_name
from .catalog import CatalogEntry, catalog_entry, catalog_folder, load_catalog
from .folders import readable_files
from .gutenberg import book_of
from .hub import read_hub
from .passages import Passage, passages_of
from .prompts import ALPACA
from .readers import ReadOptions, read_passages
from .records import read_instructions, read_messages, read_preferences
from .standard_library import standard_library_files
from .text_blocks import COMPRESSED

__all__ = ["Source", "corpus_files", "corpus_sources", "read_reviews"]

Reader = Callable[[ReadOptions], Iterator[Passage]]


@dataclass(frozen=True)
class Source:
    """Something to read.

    Attributes
    ----------
    name : str
        For messages.
    bytes : int
        Of its text, for the progress; 0 = unknown.
    identity : str
        Changes where the content does.
    read : callable
        ReadOptions -> its passages, the same each time.
    """

    name: str
    bytes: int
    identity: str
    read: Reader


def corpus_sources(corpus: str, ids: Sequence[int] = (),
                   note: Callable[[str], None] = lambda message: None,
                   text_field: str = "text", **download) -> list[Source]:
    """The sources of a corpus of the catalog, a file or a folder.

    Parameters
    ----------
    corpus
        A path, where it exists; else a name in the catalog.
    ids
        Numbers of Project Gutenberg's books, in place of the chosen ones.
    note
        Told in a sentence which files of a folder are passed over.
    text_field
        As in ReadOptions: a table of a folder without it is passed over.
    download
        As for ``io.download.download``.

    Raises
    ------
    FileNotFoundError, ValueError
        Where there is neither, or a folder holds nothing to read.
    ConnectionError
        Where a file is missing and cannot be downloaded.
    """
    path = expanded(corpus)
    if path.is_dir():
        return [file_source(file, name) for name, file
                in readable_files(path, text_field, note)]
    if path.exists():
        return [file_source(path, shown_name(path.name))]
    if corpus not in (catalog := load_catalog()):
        near = difflib.get_close_matches(corpus, catalog, 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise FileNotFoundError(
            f"there is no corpus at {corpus}{hint}; expected a file, a "
            f"folder, or a name in the catalog ({', '.join(catalog)})")
    entry = catalog_entry(corpus)
    if entry.parser == "hub":
        reader = partial(read_hub, entry.name, dict(entry.hub or {}))
        return [Source(entry.name, 0, repr(entry.hub), reader)]
    if entry.parser == "standard-library":
        return [Source(name, file.stat().st_size, identity(file),
                       partial(read_module, name, file))
                for name, file in standard_library_files() if is_utf8(file)]
    files = corpus_files(entry, ids, **download)
    if entry.parser == "text":
        return [file_source(file, file.name) for file in files]
    return [Source(file.name, file.stat().st_size, identity(file),
                   partial(read_parsed, entry.parser, file))
            for file in files]


def corpus_files(entry: CatalogEntry, ids: Sequence[int] = (),
                 **download) -> list[Path]:
    """The local files of an entry, downloaded where they are missing."""
    wanted = entry.books(list(ids)) if ids else entry.files
    return [*(catalog_folder() / sample for sample in entry.samples),
            *(file.fetch(**download) for file in wanted)]


def file_source(file: Path, name: str) -> Source:
    packed = file.name.lower().endswith((*COMPRESSED, ".parquet"))
    size = file.stat().st_size
    return Source(name, 0 if packed else size, identity(file),
                  partial(read_passages, file, name))


def identity(file: Path) -> str:
    status = file.stat()
    return f"{status.st_size} {status.st_mtime_ns}"


def is_utf8(file: Path) -> bool:
    try:
        file.read_bytes().decode("utf-8")
        return True
    except UnicodeDecodeError:
        return False


def read_module(name: str, file: Path,
                options: ReadOptions) -> Iterator[Passage]:
    """A module of the standard library, the same on every system."""
    text = file.read_bytes().decode("utf-8").replace("\r\n", "\n")
    return passages_of(name, [text], options.passage_length)


def read_parsed(parser: str, file: Path,
                options: ReadOptions) -> Iterator[Passage]:
    """The passages of a file of the catalog: each record is a document."""
    texts: Iterable[str] = {
        "messages": lambda: (row.text for row in read_messages(file)),
        "instructions": lambda: map(ALPACA.full, read_instructions(file)),
        "preferences": lambda: (
            ALPACA.question(row) + row.chosen
            for row in read_preferences(file)),
        "movie-reviews": lambda: (text for _, text in read_reviews(file)),
        "gutenberg": lambda: [book_of(file)],
    }[parser]()
    for number, text in enumerate(texts):
        yield from passages_of(file.name, [text], options.passage_length,
                               first=number)


def read_reviews(archive: Path) -> Iterator[tuple[str, str]]:
    """(label, text) of every movie_reviews/LABEL/NAME.txt, by name"""
    with zipfile.ZipFile(archive) as opened:
        for name in sorted(opened.namelist()):
            parts = name.split("/")
            if len(parts) == 3 and name.endswith(".txt"):
                with io.TextIOWrapper(opened.open(name), "utf-8") as file:
                    yield parts[1], file.read()
