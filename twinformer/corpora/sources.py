"""Any corpus by name or path -> sources that can be read as passages.

A source is what is read in one go: a file, a list of records, a stream from
the network. Sources come in a fixed order and say how large they are and
what they are, so that an interrupted preparation can go on and knows whether
they changed.
"""
import io
import zipfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from .catalog import CatalogEntry, catalog_entry, catalog_folder, load_catalog
from .gutenberg import book_of
from .hub import read_hub
from .passages import Passage, passages_of
from .prompts import ALPACA
from .readers import COMPRESSED, ENDINGS, ReadOptions, read_passages
from .records import read_instructions, read_messages, read_preferences
from .standard_library import standard_library_files, visible_files

__all__ = ["Source", "corpus_files", "corpus_sources"]

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
                   **download) -> list[Source]:
    """The sources of a corpus of the catalog, a file or a folder.

    Parameters
    ----------
    corpus
        A path, where it exists; else a name in the catalog.
    ids
        Numbers of Project Gutenberg's books, in place of the chosen ones.
    download
        As for ``io.download.download``.

    Raises
    ------
    FileNotFoundError, ValueError
        Where there is neither, or a folder holds nothing to read.
    ConnectionError
        Where a file is missing and cannot be downloaded.
    """
    path = Path(corpus).expanduser()
    if path.is_dir():
        return folder_sources(path)
    if path.exists():
        return [file_source(path, path.name)]
    if corpus not in load_catalog() and (
            len(path.parts) > 1 or path.suffix):
        raise FileNotFoundError(
            f"there is nothing at {corpus}; expected a file, a folder, or a "
            f"name in the catalog ({', '.join(load_catalog())})")
    entry = catalog_entry(corpus)
    if entry.parser == "hub":
        reader = partial(read_hub, entry.name, dict(entry.hub or {}))
        return [Source(entry.name, 0, repr(entry.hub), reader)]
    if entry.parser == "standard-library":
        return [file_source(file, name)
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


def folder_sources(folder: Path) -> list[Source]:
    """Every file in it, to the bottom, whose ending says how to read it."""
    endings = tuple(ending + packed for ending in ENDINGS
                    for packed in ("", *COMPRESSED))
    files = visible_files(folder)
    readable = [file for file in files if file.name.endswith(endings)]
    if not readable:
        raise ValueError(
            f"{folder} has {len(files)} files, none of which is read: "
            f"expected {', '.join(ENDINGS)}, plain or with "
            f"{' or '.join(COMPRESSED)}")
    return [file_source(file, file.relative_to(folder).as_posix())
            for file in readable]


def file_source(file: Path, name: str) -> Source:
    packed = file.name.endswith((*COMPRESSED, ".parquet"))
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
