import json

import pytest

import torch_impl.text.bpe as theirs
from twinformer.tokenizers.formats.gpt2_files import (
    GPT2_FILES, gpt2_vocabulary, read_gpt2_files,
)

from parity_tests.shared_data import shared_data
from parity_tests.text.samples import error_of, gpt2


def test_the_published_vocabulary():
    tokenizer, _ = gpt2()
    assert tokenizer.vocab_size == 50_257 and tokenizer.end_of_text == 50_256
    assert tokenizer.token_bytes(262) == b" the"


def test_files_in_the_data_folder_are_used(monkeypatch):
    folder = shared_data("gpt2-tokenizer/vocab.bpe").parent
    monkeypatch.setenv("TWINFORMER_DATA", str(folder.parent))
    assert theirs.BPETokenizer(*gpt2_vocabulary()).encode("hello world") == [31373, 995]


def test_wrong_files_are_refused(monkeypatch, tmp_path):
    monkeypatch.setenv("TWINFORMER_DATA", str(tmp_path))
    for file in GPT2_FILES:
        file.local.parent.mkdir(exist_ok=True)
        file.local.write_bytes(b"{}")
    assert "vocab.bpe" in error_of(gpt2_vocabulary)


def test_offline_it_says_which_file_to_put_where(monkeypatch, tmp_path):
    monkeypatch.setenv("TWINFORMER_DATA", str(tmp_path))
    for name in ("HTTPS_PROXY", "https_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")      # nobody listens there
    with pytest.raises(ConnectionError) as caught:
        gpt2_vocabulary(tries=1)
    assert str(tmp_path / "gpt2-tokenizer" / "vocab.bpe") in str(caught.value)


def test_files_that_do_not_fit_together_are_refused(tmp_path):
    encoder = json.loads(shared_data("gpt2-tokenizer/encoder.json").read_text(encoding="utf-8"))
    merges = shared_data("gpt2-tokenizer/vocab.bpe").read_text(encoding="utf-8").split("\n")

    def read(encoder, merges):
        (tmp_path / "e").write_text(json.dumps(encoder), encoding="utf-8")
        (tmp_path / "v").write_text("\n".join(merges), encoding="utf-8")
        return read_gpt2_files(tmp_path / "v", tmp_path / "e")

    assert len(read(encoder, merges).ranks) == 50_256
    assert "same" in error_of(read, encoder, merges[:-2])
    swapped = encoder | {"\u0120the": encoder["\u0120a"], "\u0120a": encoder["\u0120the"]}
    assert "order" in error_of(read, swapped, merges)
