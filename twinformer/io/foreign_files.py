"""Files that are no text, by how they begin, and what to do with them.

Nobody who names a PDF wants its bytes to be learned from, whatever they look
like as Latin-1: it has to be turned into text first, and by which program is
what the message says.
"""
import re
import zipfile
from io import BytesIO
from pathlib import PurePath
from typing import NamedTuple

__all__ = ["Foreign", "ForeignFile", "check_text", "foreign_file"]

HEAD = 2**13            # bytes that tell


class ForeignFile(ValueError):
    """A file that is no text, with what to do with it."""


class Foreign(NamedTuple):
    """What a file is, and what to do: "a PDF", "pdftotext makes ..."; ""
    where there is no text to be had."""

    what: str
    advice: str


WORD = Foreign("a Word document", "save it as plain text in UTF-8")
SHEET = Foreign("a spreadsheet",
                "save its sheet as CSV in UTF-8, and name the column")
SLIDES = Foreign("a presentation", "save its text as plain text in UTF-8")
BOOK = Foreign("an e-book", "convert it to plain text, for example by pandoc")
ARCHIVE = Foreign("an archive", "unpack it into a folder, and name that")
PDF = Foreign("a PDF", "pdftotext (of poppler) makes plain text of it")
OLD_OFFICE = Foreign("an old Office document",
                     "save it as plain text or CSV in UTF-8")
RICH = Foreign("rich text (RTF)", "save it as plain text in UTF-8")
PICTURE = Foreign("a picture", "")
SOUND = Foreign("sound or video", "")
PROGRAM = Foreign("a program", "")
DATABASE = Foreign("a database", "export its texts as CSV or JSON lines")

BEGINNINGS = (
    (rb"(\xef\xbb\xbf)?\s*%PDF-", PDF), (rb"\{\\rtf", RICH),
    (rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", OLD_OFFICE),
    (rb"\x89PNG|GIF8|\xff\xd8\xff|BM.{4}\0\0\0\0|II\*\0|MM\0\*", PICTURE),
    (rb"ID3|OggS|RIFF.{4}(WAVE|AVI )|fLaC|.{4}ftyp|\x1a\x45\xdf\xa3", SOUND),
    (rb"RIFF.{4}WEBP", PICTURE), (rb"\x7fELF|MZ.\0", PROGRAM),
    (rb"SQLite format 3\0", DATABASE),
    (rb"7z\xbc\xaf\x27\x1c|Rar!\x1a\x07|BZh[1-9]1AY|\xfd7zXZ\0", ARCHIVE))

# Of the newer offices' documents, which are zip archives all of them
BY_ENDING = {".docx": WORD, ".odt": WORD, ".pages": WORD, ".xlsx": SHEET,
             ".xlsm": SHEET, ".ods": SHEET, ".numbers": SHEET,
             ".pptx": SLIDES, ".odp": SLIDES, ".key": SLIDES, ".epub": BOOK}
BY_CONTENT = (("word/", WORD), ("xl/", SHEET), ("ppt/", SLIDES),
              ("META-INF/container.xml", BOOK))


def foreign_file(name: str, head: bytes) -> Foreign | None:
    """What a file of this name and beginning is; None = perhaps text.

    A compressed file begins as what it holds does.
    """
    for pattern, foreign in BEGINNINGS:
        if re.match(pattern, head, re.DOTALL):
            return foreign
    if head.startswith(b"PK\x03\x04"):
        return in_zip(name, head)
    if head.startswith(b"\x1f\x8b") and not name.lower().endswith(".gz"):
        return Foreign("compressed by gzip", "let its name end in .gz")
    if head.startswith(b"\x28\xb5\x2f\xfd") and not (
            name.lower().endswith(".zst")):
        return Foreign("compressed by zstd", "let its name end in .zst")
    if head.startswith(b"PAR1") and not name.lower().endswith(".parquet"):
        return Foreign("Parquet", "let its name end in .parquet")
    return None


def check_text(where: str, head: bytes) -> None:
    """ForeignFile where a file that begins so has to be converted first."""
    if foreign := foreign_file(where, head[:HEAD]):
        raise ForeignFile(f"{where} is {foreign.what}, not text"
                          f"{foreign.advice and f': {foreign.advice}'}")


def in_zip(name: str, head: bytes) -> Foreign:
    """A document or an archive: the ending, else the files in it, tell."""
    if foreign := BY_ENDING.get(PurePath(name).suffix.lower()):
        return foreign
    try:
        names = zipfile.ZipFile(BytesIO(head)).namelist()
    except zipfile.BadZipFile:      # its directory stands at its end
        names = [head[at + 30:at + 90].decode("latin-1")
                 for at in range(len(head)) if head.startswith(
                     b"PK\x03\x04", at)]
    for begin, foreign in BY_CONTENT:
        if any(entry.startswith(begin) for entry in names):
            return foreign
    return ARCHIVE
