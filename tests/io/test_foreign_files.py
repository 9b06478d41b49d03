"""Files that are no text are named, with what to do, whatever reader they come to."""
import io
import zipfile

import pytest

from twinformer.corpora.documents import read_documents
from twinformer.io.foreign_files import foreign_file
from twinformer.io.tables.reading import read_table
from twinformer.io.text_files import read_text


def zipped(*names):
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return content.getvalue()


FILES = {
    "a.pdf": (b"%PDF-1.7\n\xe2\xe3", "a PDF"), "a.txt": (b"%PDF-1.4", "a PDF"),
    "a.docx": (zipped("x"), "a Word document"), "a": (zipped("word/document.xml"), "a Word doc"),
    "b.zip": (zipped("[Content_Types].xml", "xl/workbook.xml"), "a spreadsheet"),
    "a.XLSX": (zipped("x"), "a spreadsheet"), "c.zip": (zipped("a.txt"), "an archive"),
    "a.epub": (zipped("mimetype"), "an e-book"), "a.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
                                                           "an old Office document"),
    "a.rtf": (b"{\\rtf1\\ansi hello}", "rich text"), "a.png": (b"\x89PNG\r\n", "a picture"),
    "a.mp3": (b"ID3\3\0", "sound"), "packed": (b"\x1f\x8b\x08\0", "compressed by gzip"),
    "a.db": (b"SQLite format 3\0", "a database")}


@pytest.mark.parametrize("name", FILES)
def test_what_is_no_text_is_named(tmp_path, name):
    content, what = FILES[name]
    (tmp_path / name).write_bytes(content)
    for reader in (read_text, read_table, lambda path: read_documents([path])):
        with pytest.raises(ValueError, match=f"{name} is {what}.*, not text") as problem:
            reader(tmp_path / name)
        assert "--encoding" not in str(problem.value)


@pytest.mark.parametrize("text", ["", "PK is a pair of letters", "BM 25", "MZ", "ID: 3", "é",
                                  "%PD", "一二三", "{\\r}", "7z", "GIF is a format"])
def test_what_is_text_is_not(text):
    for encoding in ("utf-8", "gb18030", "utf-16"):
        assert foreign_file("a.txt", text.encode(encoding, "replace")) is None
    assert foreign_file("a.gz", b"\x1f\x8b\x08\0") is None
