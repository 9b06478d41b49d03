"""Which files of a folder are read, and what is said about the others."""
import os

import pytest

from twinformer.corpora.documents import read_documents
from twinformer.corpora.folders import is_licence
from twinformer.corpora.sources import corpus_sources


def test_what_is_no_text_is_passed_over_and_said_in_one_line(tmp_path):
    files = {"a.txt": b"text", "B.TXT": b"Text", "[x] ~y.md": b"more", "book.pdf": b"%PDF-1.4",
             "t.xlsx": b"PK\3\4", "x.bin": b"\xff\0\xfe\0\0", "LICENSE": b"Permission is granted",
             "sub/license.py": b"print()", "sub/COPYING.txt": b"GNU", "p.png": b"\x89PNG",
             "table.csv": b"id,review\n1,fine\n2,good\n", "text.csv": b"id,text\n1,fine\n",
             "poems.json": '[{"lines": ["床前明月光"]}]'.encode(), "package.json": b'{"a": 1}'}
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(content)
    told = []
    names = [document.name for document in read_documents([tmp_path], told.append)]
    assert names == ["B.TXT", "[x] ~y.md", "a.txt", "package.json", "sub/license.py", "text.csv"]
    assert len(told) == 1 and "\n" not in told[0]
    for part in ("LICENSE, sub/COPYING.txt (a licence)", "p.png (a picture)", "x.bin (no text)",
                 "book.pdf (a PDF: pdftotext", "t.xlsx (a spreadsheet: save its sheet as CSV",
                 "table.csv (a table, whose column of texts has to be named by --text-field: id, "
                 "review)", "poems.json (no text in field 'text', found ['lines']"):
        assert part in told[0]
    names = [source.name for source in corpus_sources(str(tmp_path), text_field="review")]
    assert "table.csv" in names and "text.csv" not in names
    [poem] = read_documents([tmp_path / "poems.json"], text_field="lines")
    assert poem.text == "床前明月光"


def test_many_of_a_kind_are_counted(tmp_path):
    for number in range(9):
        (tmp_path / f"{number}.png").write_bytes(b"\x89PNG")
    with pytest.raises(ValueError, match=r"has 9 files, none of which is read: 0.png, 1.png, 2."
                                         r"png, 3.png, 4.png and 4 more \(a picture\); expected"):
        corpus_sources(str(tmp_path))


def test_a_licence_that_is_asked_for_is_read(tmp_path):
    (tmp_path / "LICENSE").write_text("Permission is hereby granted")
    assert read_documents([tmp_path / "LICENSE"])[0].text == "Permission is hereby granted"


@pytest.mark.parametrize("name, expected", [
    ("license", True), ("licence.md", True), ("copying.lesser", True), ("license-mit.txt", True),
    ("unlicense", True), ("notice.txt", True), ("license-apache-2.0", True), ("许可证.txt", True),
    ("license.py", False), ("notice-board.md", False), ("licensed.txt", False),
    ("copyright law.md", False)])
def test_licences_by_their_names(name, expected):
    assert is_licence(name) is expected


@pytest.mark.skipif(os.name == "nt", reason="names there are UTF-16")
def test_names_that_are_not_utf8(tmp_path):
    try:
        with open(os.fsencode(tmp_path) + b"/\xd6\xd0.txt", "w") as file:
            file.write("one")
    except OSError:
        pytest.skip("this file system has no such names")
    (tmp_path / "b.txt").write_text("two")
    documents = read_documents([tmp_path])
    assert sorted(documents) == [("\\xd6\\xd0.txt", "one"), ("b.txt", "two")]
