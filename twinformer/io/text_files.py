"""Text files of people, whatever program wrote them -> text.

UTF-8 is the rule, and a byte-order mark says what else a file is (Windows
writes UTF-16 so). Bytes that are not UTF-8 are GB18030 (which holds GBK),
Big5 or Windows' Latin-1, as ``charset-normalizer`` judges by how the text
would read. It judges among these alone: among all encodings it finds Turkish
Macintoshes. UTF-8 that is damaged in places stays UTF-8, and an error.
"""
import codecs
import json
from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import Any

from .foreign_files import check_text

__all__ = ["decoded", "encoding_of", "json_lines", "json_list", "not_text",
           "looks_like_json", "read_text"]

MARKS = ((codecs.BOM_UTF8, "utf-8-sig"),
         (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
         (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
GUESSES = ["gb18030", "big5", "cp1252"]
SAMPLE = 2**18          # bytes that are judged


def read_text(path: str | PathLike, encoding: str = "auto") -> str:
    """The whole text of a file, without a byte-order mark.

    Raises
    ------
    OSError
        Where it cannot be read.
    ValueError
        For bytes that are not of the encoding, with their offset, and for
        files of another kind, such as PDF (ForeignFile).
    """
    return decoded(Path(path).read_bytes(), str(path), encoding)


def decoded(content: bytes, where: str, encoding: str = "auto") -> str:
    """Bytes as text; where says in an error whose they are."""
    check_text(where, content)
    if encoding == "auto":
        encoding = encoding_of(content)
    try:
        return content.decode(encoding).removeprefix("\ufeff")
    except LookupError:
        raise ValueError(f"there is no encoding {encoding!r}; utf-8, gb18030 "
                         "and latin-1 are common ones") from None
    except UnicodeDecodeError as problem:
        raise not_text(where, encoding, problem.start, content) from None


def not_text(where: str, encoding: str, offset: int, content: bytes,
             start: int = 0) -> ValueError:
    """The error for a byte at an offset; content begins at start."""
    name = encoding.upper().removesuffix("-SIG")
    return ValueError(
        f"{where} is not {name} text: byte 0x{content[offset - start]:02x} at "
        f"offset {offset}; convert it to UTF-8 or leave it out")


def encoding_of(content: bytes) -> str:
    """The encoding of a text, or of the beginning of one.

    utf-8 where there is no telling: who decodes strictly is told the byte.
    """
    for mark, encoding in MARKS:
        if content.startswith(mark):
            return encoding
    sample = content[:SAMPLE]
    if is_utf8(sample) and is_utf8(content):
        return "utf-8"
    if b"\0" in sample or more_utf8_than_not(sample):
        return "utf-8"      # no text, or a damaged one
    import charset_normalizer

    best = charset_normalizer.from_bytes(sample, cp_isolation=GUESSES).best()
    if best is None or best.encoding == "utf_8":
        return "utf-8"
    return best.encoding.replace("_", "-")


def is_utf8(content: bytes) -> bool:
    """Whether it is, the last character perhaps cut off."""
    try:
        codecs.getincrementaldecoder("utf-8")().decode(content)
        return True
    except UnicodeDecodeError:
        return False


def more_utf8_than_not(content: bytes) -> bool:
    """Whether most of what is not ASCII is UTF-8: a damaged file."""
    text = content.decode("utf-8", "replace")
    bad = text.count("\ufffd")
    return bad <= sum(character > "\x7f" for character in text) - bad


def json_lines(text: str, where: str) -> Iterator[tuple[int, Any]]:
    """(number, value) of each line that is not empty.

    Lines end at \\n alone: U+2028 and its like may stand inside a string.
    """
    for number, line in enumerate(text.split("\n"), 1):
        if line.strip():
            try:
                yield number, json.loads(line)
            except ValueError as problem:
                raise ValueError(f"{where}, line {number}: not JSON "
                                 f"({problem})") from None


def json_list(path: str | Path, what: str = "objects") -> list[Any]:
    """The values of a JSON list, or of JSON lines, whatever the file is called.

    what : what they should be, for the message that there is no list
    """
    text = read_text(path)
    lines = Path(path).suffix.lower() in (".jsonl", ".ndjson")
    try:
        content = json.loads(text)
    except ValueError as problem:
        if lines or looks_like_lines(text):
            return [value for _, value in json_lines(text, str(path))]
        raise ValueError(f"{path}: {problem}") from None
    if isinstance(content, list):
        return content
    if lines:       # of one line
        return [content]
    raise ValueError(f"{path}: expected a list of {what}, got "
                     f"{type(content).__name__}")


def looks_like_json(text: str) -> bool:
    """Whether it begins as a list of objects, or as lines of them."""
    start = text[:200].split()
    return "".join(start).startswith("[{") or (
        "".join(start).startswith('{"') and looks_like_lines(text))


def looks_like_lines(text: str) -> bool:
    """Whether the first line is an object, and something follows it."""
    first, _, rest = text.lstrip().partition("\n")
    try:
        return isinstance(json.loads(first), dict) and bool(rest.strip())
    except ValueError:
        return False
