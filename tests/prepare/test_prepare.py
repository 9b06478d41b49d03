"""Prepared corpora: nothing lost, nothing twice, whatever happens on the way."""
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

import twinformer.prepare.preparation as preparation
from twinformer.tokenizers.byte_tokenizer import ByteTokenizer
from twinformer.corpora.sources import corpus_sources
from twinformer.batches.packing import document_ids
from twinformer.prepare.prepare import prepare
from twinformer.prepare.prepare_options import PrepareOptions
from twinformer.prepare.prepared import PreparedCorpus, is_prepared
from twinformer.tokenizers.vocabulary import TextMarks
from parity_tests.shared_data import shared_data
from parity_tests.text.samples import gpt2

from ..prepare_child import OPTIONS

END = 256       # of the byte tokenizer


def write_corpus(folder, documents=400):
    """Files of several kinds; every document is different."""
    random = np.random.default_rng(3)
    texts = [f"document {number}: " + " ".join(map(str, random.integers(0, 9999, size)))
             for number, size in enumerate(random.integers(1, 200, documents))]
    folder.mkdir()
    quarter = documents // 4
    (folder / "a.txt").write_text("\n<|endoftext|>\n".join(texts[:quarter]), encoding="utf-8")
    for number in range(quarter, 2 * quarter):
        (folder / f"b{number:04d}.md").write_text(texts[number], encoding="utf-8")
    (folder / "c.jsonl").write_text("".join(
        json.dumps({"text": text}) + "\n" for text in texts[2 * quarter:]), encoding="utf-8")
    return texts


def documents_of(corpus):
    """The texts of both parts, cut at the end-of-text tokens."""
    ids = np.concatenate([corpus.train[:], corpus.validation[:]])
    parts = np.split(ids, np.flatnonzero(ids == END) + 1)
    assert len(parts.pop()) == 0
    return [bytes(part[:-1].astype(np.uint8)).decode() for part in parts]


def options(**changes):
    return PrepareOptions(**{**OPTIONS, "passage_length": 10**6, "duplicates": "drop", **changes})


def digests(folder):
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    return [record["sha256"] for split in manifest["splits"].values()
            for record in split["shards"] + split["starts"]]


def test_every_document_once(tmp_path):
    texts = write_corpus(tmp_path / "in")
    manifest = prepare(corpus_sources(str(tmp_path / "in")), ByteTokenizer(), tmp_path / "out",
                       options())
    corpus = PreparedCorpus(tmp_path / "out", verify=True)
    found = [text.removesuffix("\n") for text in documents_of(corpus)]
    assert Counter(found) == Counter(texts)
    assert manifest["counts"]["documents"] == len(texts)
    share = len(corpus.validation) / (len(corpus.train) + len(corpus.validation))
    assert 0.1 < share < 0.3
    for split, tokens in (("train", corpus.train), ("validation", corpus.validation)):
        starts = corpus.starts(split)
        assert starts.tolist() == [0, *(np.flatnonzero(tokens[:] == END) + 1)[:-1]]
        ids = document_ids(starts, np.array([0]), len(tokens))[0]
        np.testing.assert_array_equal(np.diff(ids), tokens[:-1] == END)
    assert len(manifest["splits"]["train"]["shards"]) > 3


def test_the_side_depends_on_the_text_alone(tmp_path):
    """A document stays in validation whatever is added, and wherever it lies."""
    write_corpus(tmp_path / "in")
    prepare(corpus_sources(str(tmp_path / "in")), ByteTokenizer(), tmp_path / "all", options())
    (tmp_path / "in" / "a.txt").unlink()
    prepare(corpus_sources(str(tmp_path / "in")), ByteTokenizer(), tmp_path / "some", options())
    every, some = (PreparedCorpus(tmp_path / name) for name in ("all", "some"))

    def texts(tokens):
        return set(bytes((tokens[:] % END).astype(np.uint8)).split(b"\0"))
    assert texts(some.validation) < texts(every.validation)
    assert texts(some.train) < texts(every.train)


def test_the_same_for_any_number_of_processes(tmp_path):
    write_corpus(tmp_path / "in", 80)
    for processes in (1, 2):
        prepare(corpus_sources(str(tmp_path / "in")), ByteTokenizer(), tmp_path / str(processes),
                options(processes=processes))
    assert digests(tmp_path / "1") == digests(tmp_path / "2")


@pytest.mark.skipif(os.name == "nt", reason="needs SIGKILL")
def test_killed_again_and_again(tmp_path):
    """The result is that of one run, byte for byte; each run goes on from the last."""
    write_corpus(tmp_path / "in")
    prepare(corpus_sources(str(tmp_path / "in")), ByteTokenizer(), tmp_path / "whole",
            PrepareOptions(**OPTIONS))
    command = [sys.executable, "-m", "tests.prepare_child", str(tmp_path / "in"),
               str(tmp_path / "out")]
    kills, positions = 0, []
    while kills < 40:
        process = subprocess.Popen(command, cwd=Path(__file__).parents[2])
        ledger = tmp_path / "out" / "ledger.sqlite"
        deadline = time.monotonic() + 30
        while not ledger.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.005)
        before = written(tmp_path / "out")
        while written(tmp_path / "out") <= before + 60_000 and process.poll() is None:
            time.sleep(0.005)
        if process.poll() is not None:
            break
        process.send_signal(signal.SIGKILL)
        process.wait()
        kills += 1
        assert not is_prepared(tmp_path / "out")
        positions.append(written(tmp_path / "out"))
    assert process.returncode == 0 and kills >= 3
    assert digests(tmp_path / "out") == digests(tmp_path / "whole")
    PreparedCorpus(tmp_path / "out", verify=True)
    assert not ledger.exists() and positions == sorted(positions)


def written(folder):
    return sum(path.stat().st_size for path in folder.glob("*.bin")) if folder.exists() else 0


@pytest.mark.skipif(os.name == "nt", reason="needs a limit of file sizes")
def test_a_full_disk(tmp_path):
    """It says so; with more room the same call goes on."""
    write_corpus(tmp_path / "in", 100)
    command = [sys.executable, "-m", "tests.prepare_child", str(tmp_path / "in"),
               str(tmp_path / "out")]
    root = Path(__file__).parents[2]
    done = subprocess.run([*command, "40000"], cwd=root, capture_output=True, text=True)
    assert done.returncode == 1 and "free some space" in done.stderr
    assert not is_prepared(tmp_path / "out")
    done = subprocess.run(command, cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    prepare(corpus_sources(str(tmp_path / "in")), ByteTokenizer(), tmp_path / "whole",
            PrepareOptions(**OPTIONS))
    assert digests(tmp_path / "out") == digests(tmp_path / "whole")


def test_long_documents_keep_their_tokens(tmp_path):
    """Cut into passages and put together again: the tokens of the whole book."""
    book = shared_data("books-en/alice.11-0.txt")
    tokenizer = gpt2()[1]
    prepare(corpus_sources(str(book)), tokenizer, tmp_path / "out",
            options(validation=0.0, passage_length=1500))
    corpus = PreparedCorpus(tmp_path / "out")
    whole = tokenizer.encode_ordinary(book.read_bytes().decode("utf-8-sig"))
    assert corpus.train[:].tolist() == [*whole, tokenizer.end_of_text]
    assert corpus.starts("train").tolist() == [0] and len(whole) == 52811


def test_a_beginning_stands_in_front_of_every_document(tmp_path):
    """However many passages it was cut into; where it starts, it starts."""
    texts = [" ".join(map(str, range(start, start + 500))) for start in (0, 1000, 2000)]
    (tmp_path / "c.jsonl").write_text(
        "".join(json.dumps({"text": text}) + "\n" for text in texts), encoding="utf-8")
    tokenizer = ByteTokenizer(["<s>", "</s>"]).with_marks(TextMarks(beginning=256))
    prepare(corpus_sources(str(tmp_path / "c.jsonl")), tokenizer, tmp_path / "out",
            options(validation=0.0, passage_length=700))
    corpus = PreparedCorpus(tmp_path / "out")
    whole = [[256, *text.encode(), 257] for text in texts]
    assert corpus.train[:].tolist() == [i for ids in whole for i in ids]
    assert corpus.starts("train").tolist() == [0, len(whole[0]), len(whole[0] + whole[1])]
    assert corpus.tokenizer.beginning_of_text == 256


def test_duplicates(tmp_path):
    """The first of equal documents stays; with near_duplicates also of similar ones."""
    texts = ["one two three four five six seven eight nine ten " * 4 + str(n) * 3
             for n in range(3)]
    other = "a text about something else, with words of its own and an end"
    content = [texts[0], other, texts[0], " \n", "", texts[1], other, texts[2]]
    (tmp_path / "c.jsonl").write_text(
        "".join(json.dumps({"text": text}) + "\n" for text in content), encoding="utf-8")
    sources = corpus_sources(str(tmp_path / "c.jsonl"))
    kinds = {"keep": {"duplicates": "keep"}, "exact": {}, "near": {"near_duplicates": 0.5}}
    left = {"keep": content[:3] + content[5:], "exact": [texts[0], other, *texts[1:]],
            "near": [texts[0], other]}
    for kind, changes in kinds.items():
        if kind == "near":
            pytest.importorskip("datasketch")
        prepare(sources, ByteTokenizer(), tmp_path / kind, options(validation=0.0, **changes))
        assert documents_of(PreparedCorpus(tmp_path / kind)) == left[kind]
    removed = [json.loads(line) for line in (tmp_path / "near" / "removed.jsonl").read_text(
        encoding="utf-8").splitlines()]
    assert [row["reason"] for row in removed] == ["exact", "near", "exact", "near"]
    assert removed[1] == {"name": "c.jsonl#5", "reason": "near", "kept": "c.jsonl"}


def test_finished_work_is_not_done_again(tmp_path, monkeypatch):
    write_corpus(tmp_path / "in", 20)
    sources = corpus_sources(str(tmp_path / "in"))
    first = prepare(sources, ByteTokenizer(), tmp_path / "out", options())
    monkeypatch.setattr(preparation, "encode_jobs", None)
    assert prepare(sources, ByteTokenizer(), tmp_path / "out", options()) == first
    with pytest.raises(ValueError, match="other text or settings"):
        prepare(sources, ByteTokenizer(), tmp_path / "out", options(validation=0.3))
    (tmp_path / "in" / "b0005.md").write_text("changed", encoding="utf-8")
    with pytest.raises(ValueError, match="other text or settings"):
        prepare(corpus_sources(str(tmp_path / "in")), ByteTokenizer(), tmp_path / "out",
                options())


def test_an_unfinished_one_with_other_settings(tmp_path):
    (tmp_path / "in.jsonl").write_text('{"text": "a"}\n{"text": 1}\n', encoding="utf-8")
    sources = corpus_sources(str(tmp_path / "in.jsonl"))
    with pytest.raises(ValueError, match="line 2: no text in field 'text'"):
        prepare(sources, ByteTokenizer(), tmp_path / "out", options())
    with pytest.raises(ValueError, match="unfinished"):
        prepare(sources, ByteTokenizer(), tmp_path / "out", options(errors="replace"))


def test_folders_that_are_refused(tmp_path):
    (tmp_path / "in.txt").write_text("text", encoding="utf-8")
    sources = corpus_sources(str(tmp_path / "in.txt"))
    with pytest.raises(ValueError, match="holds other files"):
        prepare(sources, ByteTokenizer(), tmp_path, options())
    with pytest.raises(ValueError, match="no document is left for"):
        prepare(sources, ByteTokenizer(), tmp_path / "out", options())
    with pytest.raises(FileNotFoundError, match="not finished"):
        PreparedCorpus(tmp_path / "out")


def test_two_programs_at_once(tmp_path):
    write_corpus(tmp_path / "in", 20)
    (tmp_path / "out").mkdir()
    ledger = preparation.Ledger(tmp_path / "out" / "ledger.sqlite")
    with pytest.raises(ValueError, match="another program"):
        prepare(corpus_sources(str(tmp_path / "in")), ByteTokenizer(), tmp_path / "out",
                options())
    ledger.close()
    prepare(corpus_sources(str(tmp_path / "in")), ByteTokenizer(), tmp_path / "out", options())


def test_damage_is_noticed(tmp_path):
    write_corpus(tmp_path / "in", 40)
    prepare(corpus_sources(str(tmp_path / "in")), ByteTokenizer(), tmp_path / "out", options())
    shard = tmp_path / "out" / "train-00000.bin"
    content = shard.read_bytes()
    shard.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    PreparedCorpus(tmp_path / "out")        # sizes only: it opens in no time
    with pytest.raises(ValueError, match=r"train-00000\.bin is damaged"):
        PreparedCorpus(tmp_path / "out", verify=True)
    shard.write_bytes(content[:-1])
    with pytest.raises(ValueError, match="damaged"):
        PreparedCorpus(tmp_path / "out")
    shard.unlink()
    with pytest.raises(FileNotFoundError, match="missing"):
        PreparedCorpus(tmp_path / "out")
    (tmp_path / "out" / "manifest.json").write_text("{}", encoding="utf-8")
    with pytest.raises(ValueError, match="format"):
        PreparedCorpus(tmp_path / "out")


def test_lone_surrogates(tmp_path):
    """JSON can spell half characters, which no UTF-8 text has."""
    (tmp_path / "in.jsonl").write_text(r'{"text": "a\ud800b"}' + "\n", encoding="utf-8")
    prepare(corpus_sources(str(tmp_path / "in.jsonl")), ByteTokenizer(), tmp_path / "out",
            options(validation=0.0))
    assert documents_of(PreparedCorpus(tmp_path / "out")) == ["a\ufffdb"]


@pytest.mark.parametrize("changes, problem", [
    ({"validation": 1.0}, "validation"), ({"near_duplicates": 1.5}, "near_duplicates"),
    ({"duplicates": "x"}, "duplicates"), ({"errors": "x"}, "errors"),
    ({"processes": -1}, "negative"), ({"shard_tokens": 0}, "shard_tokens")])
def test_options_that_cannot_be(changes, problem):
    with pytest.raises(ValueError, match=problem):
        PrepareOptions(**changes)
