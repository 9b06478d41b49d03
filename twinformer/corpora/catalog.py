"""The catalog of corpora: data/catalog.toml, read and checked.

The file says for each corpus what it is, under which licence, where it can
be had and what its bytes are. Nothing here touches the network.
"""
import difflib
import tomllib
from dataclasses import dataclass, fields
from pathlib import Path

from ..io.remote_file import RemoteFile

__all__ = ["CatalogEntry", "catalog_entry", "catalog_folder", "load_catalog"]

PARSERS = ("standard-library", "text", "messages", "instructions",
           "preferences", "movie-reviews", "gutenberg", "hub")


@dataclass(frozen=True, kw_only=True)
class CatalogEntry:
    """One corpus; the fields are those of the file.

    Attributes
    ----------
    name, about, licence, size
        For people.
    parser
        How its files become documents: one of PARSERS.
    files
        To download.
    samples
        Files that come with twinformer, below ``catalog_folder()``.
    hub
        Arguments for a stream from the Hugging Face hub.
    book_urls
        Addresses for any book, with {id} in them.
    """

    name: str
    about: str
    licence: str
    size: str
    parser: str
    files: tuple[RemoteFile, ...] = ()
    samples: tuple[str, ...] = ()
    hub: dict[str, str] | None = None
    book_urls: tuple[str, ...] = ()

    def __post_init__(self):
        if self.parser not in PARSERS:
            raise ValueError(f"parser must be one of {', '.join(PARSERS)}, "
                             f"not {self.parser!r}")
        files = tuple(RemoteFile(**file) if isinstance(file, dict) else file
                      for file in self.files)
        object.__setattr__(self, "files", files)

    def books(self, ids: list[int]) -> tuple[RemoteFile, ...]:
        """Files for a list of Project Gutenberg's numbers of books."""
        if not self.book_urls:
            raise ValueError(f"{self.name} has no books to choose by id; "
                             "gutenberg has")
        if bad := [number for number in ids if number < 1]:
            raise ValueError(f"ids of books are positive, not {bad}")
        return tuple(
            RemoteFile(path=f"gutenberg/pg{number}.txt", urls=tuple(
                url.format(id=number) for url in self.book_urls))
            for number in ids)


def load_catalog(path: Path | None = None) -> dict[str, CatalogEntry]:
    """name -> entry, in the order of the file.

    Raises ValueError, with the name of the entry, where it is malformed.
    """
    path = path or catalog_folder() / "catalog.toml"
    known = {field.name for field in fields(CatalogEntry)}
    catalog = {}
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    for name, entry in content.items():
        try:
            if unknown := entry.keys() - known:
                raise ValueError(f"unknown keys {sorted(unknown)}")
            catalog[name] = CatalogEntry(name=name, **entry)
        except (TypeError, ValueError) as problem:
            raise ValueError(f"{path}, [{name}]: {problem}") from None
    return catalog


def catalog_entry(name: str) -> CatalogEntry:
    """The entry of that name; ValueError with the nearest one otherwise."""
    catalog = load_catalog()
    if name not in catalog:
        near = difflib.get_close_matches(name, catalog, 1)
        hint = f"; did you mean {near[0]}?" if near else ""
        raise ValueError(f"there is no corpus {name!r} in the catalog{hint} "
                         f"(it has {', '.join(catalog)})")
    return catalog[name]


def catalog_folder() -> Path:
    """The folder data/: of the repository, or inside the installed wheel."""
    package = Path(__file__).resolve().parents[1]
    for folder in (package / "data", package.parent / "data"):
        if (folder / "catalog.toml").is_file():
            return folder
    raise FileNotFoundError(
        f"data/catalog.toml is missing beside {package}; install twinformer "
        "again")
