"""What a preparation has done: one SQLite file that survives a kill.

It holds how far each output file and the input have come, a digest of every
document, and for near-duplicates the bands of their MinHash signatures. All
of it changes in one transaction, right after the token files were forced to
the disk: whatever happens, the ledger describes bytes that are there.
"""
import contextlib
import json
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

__all__ = ["Ledger"]

CACHE = 64 * 1024       # KiB of pages that SQLite keeps in memory
TABLES = """
    CREATE TABLE IF NOT EXISTS state (
        name TEXT PRIMARY KEY, value TEXT) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS digests (
        digest BLOB PRIMARY KEY) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS signatures (
        number INTEGER PRIMARY KEY, name TEXT, signature BLOB);
    CREATE TABLE IF NOT EXISTS bands (
        band BLOB, number INTEGER, PRIMARY KEY (band, number)) WITHOUT ROWID;
    CREATE TABLE IF NOT EXISTS removed (name TEXT, reason TEXT, kept TEXT);
"""
MOST_CANDIDATES = 64    # of one band: more are boilerplate, not copies


class Ledger:
    """The ledger of one preparation; only one program has it at a time.

    Raises ValueError where another program has it or it is damaged.
    """

    def __init__(self, path: Path):
        self.path = path
        self._database = sqlite3.connect(path, timeout=1.0,
                                         isolation_level=None)
        with self._problems():
            self._run("PRAGMA locking_mode = EXCLUSIVE")
            self._run(f"PRAGMA cache_size = -{CACHE}")
            self._database.executescript(TABLES)
            self._run("BEGIN EXCLUSIVE")

    def load(self) -> dict[str, Any]:
        """The state of the last ``commit``."""
        with self._problems():
            rows = self._run("SELECT name, value FROM state").fetchall()
        return {name: json.loads(value) for name, value in rows}

    def commit(self, state: dict[str, Any]) -> None:
        """Keep this state, and all that was added since the last one."""
        with self._problems():
            for name, value in state.items():
                self._run("INSERT OR REPLACE INTO state VALUES (?, ?)",
                          name, json.dumps(value))
            self._run("COMMIT")
            self._run("BEGIN EXCLUSIVE")

    def has(self, digest: bytes) -> bool:
        with self._problems():
            return self._run("SELECT 1 FROM digests WHERE digest = ?",
                             digest).fetchone() is not None

    def add(self, digest: bytes) -> bool:
        """Whether the digest is new; it is not the next time."""
        with self._problems():
            return self._run("INSERT OR IGNORE INTO digests VALUES (?)",
                             digest).rowcount == 1

    def candidates(self, bands: list[bytes]) -> Iterator[tuple[str, bytes]]:
        """(name, signature) of documents that share a band."""
        numbers: set[int] = set()
        with self._problems():
            for band in bands:
                numbers.update(number for number, in self._run(
                    "SELECT number FROM bands WHERE band = ? LIMIT ?",
                    band, MOST_CANDIDATES))
            for number in sorted(numbers):
                yield self._run("SELECT name, signature FROM signatures "
                                "WHERE number = ?", number).fetchone()

    def sign(self, name: str, bands: list[bytes], signature: bytes) -> None:
        """Remember a document's signature."""
        with self._problems():
            number = self._run(
                "INSERT INTO signatures (name, signature) VALUES (?, ?)",
                name, signature).lastrowid
            self._database.executemany(
                "INSERT OR IGNORE INTO bands VALUES (?, ?)",
                [(band, number) for band in bands])

    def remove(self, name: str, reason: str, kept: str) -> None:
        """Note that a document is left out, and for which other one."""
        with self._problems():
            self._run("INSERT INTO removed VALUES (?, ?, ?)",
                      name, reason, kept)

    def removed(self) -> Iterator[tuple[str, str, str]]:
        with self._problems():
            yield from self._run("SELECT name, reason, kept FROM removed "
                                 "ORDER BY rowid")

    def close(self) -> None:
        """What was not committed is forgotten."""
        self._database.close()

    def _run(self, command: str, *values) -> sqlite3.Cursor:
        return self._database.execute(command, values)

    @contextlib.contextmanager
    def _problems(self) -> Iterator[None]:
        """SQLite's errors as what they mean to the user."""
        try:
            yield
        except sqlite3.OperationalError as problem:
            if "locked" in str(problem):
                raise ValueError(
                    f"{self.path.parent} is being prepared by another "
                    "program; wait for it, or choose another folder"
                ) from None
            raise OSError(f"{self.path}: {problem}") from None
        except sqlite3.DatabaseError as problem:
            raise ValueError(
                f"{self.path} is damaged ({problem}); delete "
                f"{self.path.parent} and prepare it again") from None
