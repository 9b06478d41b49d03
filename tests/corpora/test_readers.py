"""Files of many kinds as documents; damage is named with its place."""
import gzip
import importlib
import json

import pytest
from hypothesis import given, strategies as st

from twinformer.corpora.catalog import load_catalog
from twinformer.corpora.sources import corpus_sources
from twinformer.corpora.gutenberg import book_of
from twinformer.corpora.passages import passages_of
from twinformer.tokenizers.patterns import PATTERNS
from twinformer.prepare.prepare_options import PrepareOptions
from twinformer.corpora.readers import ReadOptions, read_passages
from twinformer.prepare.tokenizer_sample import tokenizer_sample
from parity_tests.shared_data import shared_data

STORIES = ["one\n", "two\n\n", "", "a <|endoftext|> inside\n", "last"]


def texts(passages):
    """Documents from passages; checks that their numbers are in order."""
    documents, expected = [""], (0, 0)
    for passage in passages:
        assert (passage.document, passage.part) == expected
        documents[-1] += passage.text
        if passage.ends:
            documents.append("")
        expected = (passage.document + 1, 0) if passage.ends else (
            passage.document, passage.part + 1)
    assert documents.pop() == ""
    return documents


def read(path, **options):
    return texts(read_passages(path, path.name, ReadOptions(**options)))


@given(st.text("ab \n.", max_size=300), st.lists(st.integers(0, 300), max_size=8),
       st.integers(1, 40))
def test_nothing_is_lost_between_blocks_and_passages(text, cuts, length):
    cuts = [0, *sorted(cuts), len(text)]
    blocks = [text[a:b] for a, b in zip(cuts, cuts[1:])]
    passages = list(passages_of("name", blocks, length))
    assert texts(passages) == [text]
    assert all(length <= len(passage.text) for passage in passages[:-1])


@given(st.lists(st.integers(0, 60), max_size=5), st.integers(1, 50))
def test_separators_across_blocks(cuts, length):
    text = "<|endoftext|>\n".join(STORIES)
    cuts = [0, *sorted(cuts), len(text)]
    blocks = [text[a:b] for a, b in zip(cuts, cuts[1:])]
    if length > 20:     # shorter ones may cut a line in which no separator stands
        assert texts(passages_of("name", blocks, length, separated=True)) == STORIES


@pytest.mark.parametrize("pattern", sorted(PATTERNS))
def test_cuts_do_not_change_the_pieces(pattern):
    """For every pattern, at every cut of English and of source code."""
    import regex
    compiled = regex.compile(PATTERNS[pattern])
    for text in (open(__file__, encoding="utf-8").read(),
                 shared_data("books-en/alice.11-0.txt").read_text(encoding="utf-8")[:60_000]):
        parts = [passage.text for passage in passages_of("x", [text], 300)]
        assert len(parts) > 10
        assert [piece for part in parts for piece in compiled.findall(part)] == (
            compiled.findall(text))


@pytest.mark.parametrize("ending", ["", ".gz", ".zst"])
def test_text_and_json_lines(tmp_path, ending):
    def pack(content):
        if ending == ".gz":
            return gzip.compress(content)
        if ending == ".zst":
            return pytest.importorskip("backports.zstd").compress(content)
        return content
    text = tmp_path / f"stories.txt{ending}"
    text.write_bytes(pack("<|endoftext|>\r\n".join(STORIES).encode()))
    assert read(text) == STORIES
    lines = tmp_path / f"lines.jsonl{ending}"
    lines.write_bytes(pack("".join(json.dumps({"body": s, "id": 1}) + "\n\n"
                                   for s in STORIES).encode()))
    assert read(lines, text_field="body") == STORIES
    if ending:
        text.write_bytes(text.read_bytes()[:-9])
        with pytest.raises(ValueError, match="damaged"):
            read(text)


def test_parquet(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    path = tmp_path / "rows.parquet"
    importlib.import_module("pyarrow.parquet").write_table(
        pyarrow.table({"text": [*STORIES, None], "id": range(6)}), path)
    assert read(path) == STORIES
    with pytest.raises(ValueError, match="no column 'body', found"):
        read(path, text_field="body")
    path.write_bytes(b"no parquet")
    with pytest.raises(ValueError, match="no Parquet"):
        read(path)


@pytest.mark.parametrize("before", [0, 10, 2**18 - 1, 2**18, 300_000])
def test_bytes_that_are_no_utf8(tmp_path, before):
    """The offset is exact, at the edges of blocks too."""
    path = tmp_path / "bad.txt"
    path.write_bytes("é".encode() + b"x" * before + b"\xff" + "é".encode())
    with pytest.raises(ValueError, match=rf"bad\.txt .* byte 0xff at offset {before + 2};"):
        read(path)
    assert read(path, errors="replace") == ["é" + "x" * before + "\ufffdé"]
    path.write_bytes(b"y" * before + "é".encode()[:1])
    with pytest.raises(ValueError, match=rf"byte 0xc3 at offset {before};"):
        read(path)
    lines = tmp_path / "bad.jsonl"
    lines.write_bytes(b'{"text": "\xc3\xa9"}\n{"text": "\xfe"}\n')
    with pytest.raises(ValueError, match="0xfe at offset 25"):
        read(lines)
    assert read(lines, errors="replace") == ["é", "\ufffd"]


@pytest.mark.parametrize("line, problem", [
    ("{", "line 1: not JSON"), ("[1]", "no text in field"), ('{"text": 1}', "found .'text'"),
    ('{"body": "a"}', "name another")])
def test_lines_that_are_refused(tmp_path, line, problem):
    path = tmp_path / "a.jsonl"
    path.write_text(line, encoding="utf-8")
    with pytest.raises(ValueError, match=problem):
        read(path)


def test_folders(tmp_path):
    """Sorted, to the bottom; other endings and hidden files are passed over."""
    for name in ("b.md", "a/z.txt", ".hidden.txt", "x.png", "c.jsonl.gz"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    assert [source.name for source in corpus_sources(str(tmp_path))] == [
        "a/z.txt", "b.md", "c.jsonl.gz"]
    (tmp_path / "other").mkdir()
    (tmp_path / "x.png").rename(tmp_path / "other" / "x.png")
    with pytest.raises(ValueError, match=r"1 files, none of which is read"):
        corpus_sources(str(tmp_path / "other"))
    with pytest.raises(FileNotFoundError, match="no corpus at"):
        corpus_sources(str(tmp_path / "no.txt"))
    with pytest.raises(FileNotFoundError, match="did you mean tinyshakespeare"):
        corpus_sources("tinyshakespear")


@pytest.mark.parametrize("name", [
    name for name, entry in load_catalog().items() if entry.parser != "hub"])
def test_every_corpus_of_the_catalog(name, monkeypatch):
    """Real files where they are; each has documents, and each is the same again."""
    entry = load_catalog()[name]
    for file in entry.files:
        found = shared_data(file.path)
        assert found.stat().st_size == file.bytes
        monkeypatch.setenv("TWINFORMER_DATA", str(found.parents[1]))
    count = 0
    for source in corpus_sources(name)[:30]:
        passages = list(source.read(ReadOptions()))
        assert passages == list(source.read(ReadOptions()))
        count += sum(passage.ends for passage in passages)
    assert count >= {"sms-spam": 5574, "movie-reviews": 2000, "messages": 600, "gutenberg": 4,
                     "stories-en": 28, "instructions": 530, "book-preferences": 1100}.get(name, 1)


def test_a_book_without_its_frame(tmp_path):
    text = book_of(shared_data("books-en/alice.11-0.txt"))
    assert text.startswith("ALICE") and "Gutenberg License" not in text and "\r" not in text
    (tmp_path / "old.txt").write_bytes("Un café au lait, très bon".encode("latin-1"))
    assert book_of(tmp_path / "old.txt") == "Un café au lait, très bon\n"


def test_a_stream_from_the_hub(tmp_path, monkeypatch):
    """The library's own streaming, over a local file; skipped rows keep their numbers."""
    pytest.importorskip("datasets")
    from twinformer.corpora.hub import read_hub
    monkeypatch.setenv("HF_DATASETS_OFFLINE", "1")
    monkeypatch.setenv("HF_HOME", str(tmp_path / "cache"))
    (tmp_path / "rows.jsonl").write_text(
        "".join(json.dumps({"body": s, "n": 1}) + "\n" for s in STORIES), encoding="utf-8")
    arguments = {"path": "json", "data_files": str(tmp_path / "rows.jsonl"), "split": "train",
                 "column": "body"}
    assert texts(read_hub("x", arguments, ReadOptions())) == STORIES
    rest = list(read_hub("x", arguments, ReadOptions(skip=3)))
    assert [(p.name, p.document, p.text) for p in rest] == [
        ("x#3", 3, STORIES[3]), ("x#4", 4, "last")]


def test_a_sample_for_the_tokenizer(tmp_path):
    """A little of many files, never more than was asked for."""
    for number in range(20):
        (tmp_path / f"{number:02d}.txt").write_text(str(number % 10) * 50_000, encoding="utf-8")
    sample = list(tokenizer_sample(corpus_sources(str(tmp_path)), PrepareOptions(), 50_000))
    assert sum(map(len, sample)) == 50_000
    assert {text[0] for text in sample} == set("048") | set("26")
