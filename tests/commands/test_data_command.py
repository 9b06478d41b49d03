"""twinformer data: list, get, prepare, show, and what it says when it cannot."""
import json
import re

import pytest

from twinformer.backend import load_tokenizer
from twinformer.corpora.catalog import CatalogEntry, catalog_entry, load_catalog
from twinformer.io.remote_file import RemoteFile
from twinformer.tokenizers.formats.bert_files import write_wordpiece
from parity_tests.shared_data import shared_data
from twinformer.commands.main import main


@pytest.fixture
def data(tmp_path, monkeypatch):
    monkeypatch.setenv("TWINFORMER_DATA", str(tmp_path / "data"))
    return tmp_path / "data"


def test_list(data, capsys):
    assert main(["data", "list"]) == 0
    out = capsys.readouterr().out
    for name in load_catalog():
        assert re.search(rf"^{name} ", out, re.MULTILINE)
    assert "to get" in out and "built in" in out and "streamed" in out and str(data) in out


def test_offline_says_which_file_to_put_where(data, capsys, monkeypatch):
    """And once it is there, it is found."""
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")      # nothing gets out
    assert main(["data", "get", "the-verdict"]) == 2
    file = catalog_entry("the-verdict").files[0]
    error = capsys.readouterr().err
    assert str(data / "rasbt" / "the-verdict.txt") in error and file.sha256 in error
    assert error.count("\n") == 1 and file.urls[0] in error
    content = shared_data("rasbt/the-verdict.txt").read_bytes()
    (data / "rasbt" / "the-verdict.txt").write_bytes(content)
    assert main(["data", "get", "the-verdict"]) == 0
    assert "20,479 bytes" in capsys.readouterr().out
    (data / "rasbt" / "the-verdict.txt").write_bytes(content[:-1])
    assert main(["data", "get", "the-verdict"]) == 2
    assert "delete it" in capsys.readouterr().err


def test_prepare_show_and_train(data, tmp_path, capsys):
    """From a sample to a model; a prepared folder is what train reads."""
    folder = tmp_path / "prepared"
    command = ["data", "prepare", "stories-en", "--folder", str(folder), "--vocab-size", "300",
               "--processes", "1", "--shard-tokens", "10000"]
    assert main(command) == 0
    out = capsys.readouterr().out
    assert "28 documents" in out and f"twinformer train {folder}" in out
    assert main(command) == 0       # done already
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["vocab_size"] == 300 and len(manifest["splits"]["train"]["shards"]) > 2
    assert main(["data", "show", str(folder), "--verify", "true"]) == 0
    out = capsys.readouterr().out
    assert "every digest compared" in out and "The Ferry at Low Water" in out
    assert main(["train", "--corpus", str(folder), "--max-steps", "2", "--n-layers", "1",
                 "--d-model", "16", "--n-heads", "1", "--context-length", "16",
                 "--batch-size", "2", "--sample-tokens", "0", "--device", "cpu",
                 "--folder", str(tmp_path / "runs")]) == 0
    assert (tmp_path / "runs" / "run-1" / "metrics.jsonl").exists()
    capsys.readouterr()
    assert main(["train", "--corpus", str(folder), "stories-en", "--max-steps", "1",
                 "--folder", str(tmp_path / "runs")]) == 2
    assert "read alone" in capsys.readouterr().err


def test_default_folder(data, capsys):
    assert main(["data", "prepare", "messages", "--tokenizer", "bytes", "--processes", "1"]) == 0
    assert (data / "prepared" / "messages-bytes" / "manifest.json").exists()


def test_pieces_of_words(data, tmp_path, capsys):
    """Learned, taken again where the preparation goes on, and read as a tokenizer.json."""
    words = ["data", "prepare", "messages", "--tokenizer", "wordpiece", "--vocab-size", "400",
             "--processes", "1"]
    for _ in range(2):
        assert main(words) == 0
    folder = data / "prepared" / "messages-wordpiece400"
    tokenizer = load_tokenizer(folder / "tokenizer.json")
    assert (tokenizer.kind, tokenizer.vocab_size) == ("wordpiece", 400)
    assert capsys.readouterr().out.count("learning 400 pieces of words") == 1
    write_wordpiece(tokenizer, tmp_path / "bert.json")
    words[words.index("wordpiece")] = str(tmp_path / "bert.json")
    assert main([*words, "--folder", str(tmp_path / "other")]) == 0
    assert load_tokenizer(tmp_path / "other" / "tokenizer.json").to_dict() == tokenizer.to_dict()


@pytest.mark.parametrize("words, problem", [
    (["get"], "expects a corpus"), (["get", "tinyshakespear"], "did you mean tinyshakespeare"),
    (["get", "fineweb-edu"], "data prepare fineweb-edu"), (["lsit"], "list"),
    (["get", "sms-spam", "--ids", "3"], "no books to choose"),
    (["get", "gutenberg", "--ids", "0"], "positive"),
    (["prepare", "nothing.txt"], "no corpus at nothing.txt"),
    (["prepare", "messages", "--tokenizer", "none.json"], "no tokenizer none.json"),
    (["prepare", "messages", "--validation", "2"], "validation"),
    (["show", "unknown"], "no corpus 'unknown'")])
def test_mistakes(data, capsys, words, problem):
    assert main(["data", *words]) == 2
    captured = capsys.readouterr()
    assert problem in captured.err and captured.err.count("\n") == 1


def test_show_an_entry(data, capsys):
    assert main(["data", "show", "sms-spam"]) == 0
    out = capsys.readouterr().out
    assert "CC BY 4.0" in out and "data get sms-spam" in out and "not there yet" in out
    assert main(["data", "show", "messages"]) == 0
    assert "the team" in capsys.readouterr().out


def test_the_catalog():
    """Every download has a digest, a size and a second address, all of them https."""
    for entry in load_catalog().values():
        assert entry.about and entry.licence and entry.size
        assert entry.files or entry.samples or entry.hub or entry.parser == "standard-library"
        for file in entry.files:
            assert file.sha256 and file.bytes and len(file.urls) > 1
            assert all(url.startswith("https://") for url in file.urls)
    [book] = catalog_entry("gutenberg").books([84])
    assert book.path == "gutenberg/pg84.txt" and all("84" in url for url in book.urls)


def test_malformed_entries(tmp_path):
    for text, problem in (("[a]\nabout = 3", "missing"), ("[a]\ncolour = 3", "unknown keys")):
        (tmp_path / "c.toml").write_text(text, encoding="utf-8")
        with pytest.raises(ValueError, match=problem):
            load_catalog(tmp_path / "c.toml")
    with pytest.raises(ValueError, match="leads out"):
        RemoteFile(path="../x", urls=())
    with pytest.raises(ValueError, match="no SHA-256"):
        RemoteFile(path="x", urls=(), sha256="12")
    with pytest.raises(ValueError, match="parser"):
        CatalogEntry(name="a", about="", licence="", size="", parser="guess")
