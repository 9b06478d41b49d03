"""Documents: what is read, in which order, what is kept for validation."""
import gzip
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinformer.corpora.documents import (
    Document, read_documents, split_documents,
)
from twinformer.corpora.readers import ReadOptions
from twinformer.corpora.sources import corpus_sources


def test_folders_are_read_to_the_bottom_in_order_without_hidden_files(tmp_path):
    for name, text in {"b.txt": "B", "a/z.txt": "Z", "a/y.md": "Ü", ".git/config": "no",
                       "__pycache__/x": "no", ".hidden": "no", "empty.txt": ""}.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert read_documents([tmp_path]) == [
        Document("a/y.md", "Ü"), Document("a/z.txt", "Z"), Document("b.txt", "B")]
    assert read_documents([tmp_path / "b.txt", tmp_path / "a"]) == [
        Document("b.txt", "B"), Document("y.md", "Ü"), Document("z.txt", "Z")]


def test_text_is_left_as_it_is(tmp_path):
    (tmp_path / "windows.txt").write_bytes("\ufeffa\r\nb\0".encode())
    assert read_documents([tmp_path])[0].text == "a\r\nb\0"    # the mark is none of it


def test_bytes_that_are_not_utf8_are_named(tmp_path):
    (tmp_path / "cut.txt").write_bytes("café".encode() + b"\xe9 au lait")
    with pytest.raises(ValueError, match=r"cut\.txt is not UTF-8 text: byte 0xe9 at offset 5"):
        read_documents([tmp_path])


def test_missing_and_empty_corpora_are_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"there is no corpus at .*nowhere; expected"):
        read_documents([tmp_path / "nowhere"])
    (tmp_path / "empty.txt").touch()
    with pytest.raises(ValueError, match="the corpus is empty: no text in"):
        read_documents([tmp_path])


def test_the_standard_library_is_there_and_the_same_each_time():
    documents = read_documents(["standard-library"])
    names = [document.name for document in documents]
    assert names == sorted(names, key=lambda name: name.split("/"))
    assert {"ast.py", "json/decoder.py"} <= set(names)
    folders = {folder for name in names for folder in name.split("/")[:-1]}
    assert not folders & {"test", "tests", "site-packages", "__pycache__"}
    assert sum(len(document.text) for document in documents) > 5_000_000
    assert not any("\r\n" in document.text for document in documents)
    assert read_documents(["standard-library"]) == documents


def test_a_file_of_that_name_comes_first(tmp_path, monkeypatch):
    (tmp_path / "standard-library").write_text("mine")
    monkeypatch.chdir(tmp_path)
    assert read_documents(["standard-library"]) == [Document("standard-library", "mine")]


corpora = st.lists(st.tuples(st.text(max_size=5), st.text(min_size=1, max_size=40)), min_size=1)


@given(corpora, st.floats(0.01, 0.99))
def test_the_split_loses_nothing_and_keeps_its_share(corpus, share):
    documents = [Document(*pair) for pair in corpus]
    train, validation = split_documents(documents, share)
    characters = sum(len(text) for _, text in corpus)
    assert (sorted("".join(text for _, text in train + validation))
            == sorted("".join(text for _, text in documents)))
    kept = sum(len(document.text) for document in validation)
    assert kept > 0
    if len(train) + len(validation) == len(documents):  # none had to be cut
        assert share * characters / 2 <= kept <= share * characters


def test_whole_documents_are_kept_apart():
    documents = [Document(f"{i}.txt", "x" * 10) for i in range(40)]
    train, validation = split_documents(documents, 0.1)
    assert len(validation) == 4
    assert {d.name for d in train} | {d.name for d in validation} == {
        d.name for d in documents}
    # the same documents, whatever else there is and in whatever order
    reordered = split_documents(documents[::-1], 0.1)[1]
    assert {d.name for d in reordered} == {d.name for d in validation}


def test_a_single_book_is_cut_at_a_line():
    book = "".join(f"line {number}\n" for number in range(100))
    train, validation = split_documents([Document("book", book)], 0.1)
    assert train[0].text + validation[0].text == book
    assert train[0].text.endswith("\n")
    assert 0.1 <= len(validation[0].text) / len(book) < 0.13


@pytest.mark.parametrize("size", [1, 9, 60, 110, 130, 400])
@pytest.mark.parametrize("tiny", ["a.txt", "b.txt", "z.txt"])       # wherever its hash is
def test_a_book_beside_a_note_is_judged_by_the_book(tiny, size):
    """The note alone, whether it fits or not, would say nothing about the book."""
    book = Document("novel.txt", "".join(f"line {number}\n" for number in range(150)))
    note = Document(tiny, "x" * size)
    for documents in ([book, note], [note, book]):
        train, validation = split_documents(documents, 0.1)
        end = next(document.text for document in validation if document.name == "novel.txt")
        assert next(d.text for d in train if d.name == "novel.txt") + end == book.text
        assert 0.1 <= len(end) / len(book.text) < 0.15
        kept = sum(len(document.text) for document in validation)
        assert 0.09 <= kept / (len(book.text) + size) < 0.15


def test_each_of_a_few_books_gives_its_end():
    books = [Document(f"{n}.txt", f"{n} words " * 2000) for n in range(3)]
    train, validation = split_documents(books, 0.05)
    for book, begin, end in zip(books, train, validation, strict=True):
        assert begin.name == end.name == book.name and begin.text + end.text == book.text
        assert 0.05 <= len(end.text) / len(book.text) < 0.06


@pytest.mark.skipif(os.name == "nt", reason="needs links")
def test_links_to_nowhere_are_passed_over(tmp_path):
    (tmp_path / "broken").symlink_to(tmp_path / "nowhere")
    (tmp_path / "a.txt").write_text("a")
    assert [document.name for document in read_documents([tmp_path])] == ["a.txt"]


@pytest.mark.parametrize("text", [
    "".join(f"Line {n} of the title page\n" for n in range(60)) + "word " * 40_000,
    "\u4e66\u540d\n" + "\u4e00\u4e8c\u4e09\u56db\u4e94\u516d\u4e03\u516b" * 20_000,
    "".join(f"Chapter {n}\n" + "more words " * 9_000 + "\n" for n in range(3))],
    ids=["one long line", "no spaces either", "a line a chapter"])
def test_a_very_long_line_does_not_go_to_validation_whole(text):
    train, validation = split_documents([Document("book.txt", text)], 0.05)
    assert train[0].text + validation[0].text == text
    assert 0.0499 < len(validation[0].text) / len(text) <= 0.075


def test_one_reader_for_training_and_preparation(tmp_path):
    """Separators, JSON lines, compression and endings in capitals, as data prepare reads them."""
    stories = [f"story {number}\n" for number in range(3)]
    (tmp_path / "a.TXT").write_text("<|endoftext|>\n".join(stories))
    (tmp_path / "b.JSONL").write_text('{"text": "x"}\n{"text": "y"}\n')
    (tmp_path / "c.txt.GZ").write_bytes(gzip.compress(b"packed"))
    (tmp_path / "d.py").write_text("print()")
    (tmp_path / "e.png").write_bytes(b"\x89PNG\0\0\xff" + bytes(range(128, 255)))
    told = []
    documents = read_documents([tmp_path], told.append)
    assert documents == [
        *(Document(f"a.TXT#{n}" if n else "a.TXT", s) for n, s in enumerate(stories)),
        Document("b.JSONL", "x"), Document("b.JSONL#1", "y"), Document("c.txt.GZ", "packed"),
        Document("d.py", "print()")]
    assert len(told) == 1 and told[0].endswith(": e.png (a picture)")
    passages = [passage for source in corpus_sources(str(tmp_path))
                for passage in source.read(ReadOptions())]
    assert [(passage.name, passage.text) for passage in passages] == documents


def test_a_long_document_is_read_whole(tmp_path):
    text = "word " * 700_000
    (tmp_path / "long.txt").write_text(text)
    assert read_documents([tmp_path]) == [Document("long.txt", text)]
