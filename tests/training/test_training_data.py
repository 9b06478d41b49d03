"""From documents to token arrays, and the cache that saves the time."""

import numpy as np
import pytest

from twinformer.backend import byte_pair_encoding
from twinformer.training import data as data_module
from twinformer.configs.data_config import DataConfig
from twinformer.training.data import prepare_data
from twinformer.corpora.documents import read_documents

from ..tiny_runs import TEXT


@pytest.fixture
def corpus(tmp_path):
    folder = tmp_path / "corpus"
    folder.mkdir()
    for number in range(10):
        (folder / f"{number}.txt").write_text(f"{number}: {TEXT[number:300 + number]}")
    return folder


def prepared(corpus, **settings):
    settings = {"tokenizer": "bytes", "validation": 0.2} | settings
    key = settings.pop("key", None)
    return prepare_data(DataConfig(corpus=[str(corpus)], **settings),
                        corpus.parent / "cache", key=key)


@pytest.mark.parametrize("tokenizer", ["bytes", "characters", "bpe"])
def test_both_parts_decode_to_the_corpus(corpus, tokenizer):
    data = prepared(corpus, tokenizer=tokenizer, vocab_size=270)
    texts = {document.text + "<|endoftext|>" for document in read_documents([corpus])}
    for part in (data.train, data.validation):
        text = data.tokenizer.decode(part)
        for document in sorted(texts):
            if document in text:
                text = text.replace(document, "")
                texts.remove(document)
        assert text == ""
    assert not texts


def test_pieces_of_words_are_learned(corpus):
    """WordPiece: of the training part alone, with [SEP] behind each document."""
    data = prepared(corpus, tokenizer="wordpiece", vocab_size=300)
    assert data.tokenizer.kind == "wordpiece" and data.tokenizer.vocab_size <= 300
    ends = np.concatenate([data.train, data.validation]) == data.tokenizer.end_of_text
    assert ends.sum() == 10
    again = prepared(corpus, tokenizer="wordpiece", vocab_size=300)
    np.testing.assert_array_equal(again.train, data.train)


def test_the_second_time_comes_from_the_cache(corpus, monkeypatch):
    first = prepared(corpus, tokenizer="bpe", vocab_size=270)
    monkeypatch.setattr(data_module, "encode_corpus", None)  # would fail
    second = prepared(corpus, tokenizer="bpe", vocab_size=270)
    assert first.key == second.key
    np.testing.assert_array_equal(first.train, second.train)
    np.testing.assert_array_equal(first.validation, second.validation)
    assert first.tokenizer.to_dict() == second.tokenizer.to_dict()


@pytest.mark.parametrize("name", ["train.npy", "validation.npy", "tokenizer.json",
                                  "digests.json"])
def test_a_damaged_cache_is_made_again(corpus, name):
    first = prepared(corpus)
    file = corpus.parent / "cache" / first.key / name
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)
    np.testing.assert_array_equal(prepared(corpus).train, first.train)
    file.unlink()
    np.testing.assert_array_equal(prepared(corpus).train, first.train)


@pytest.mark.parametrize("change", [
    {"validation": 0.3}, {"tokenizer": "characters"}, {"tokenizer": "bpe", "vocab_size": 270},
])
def test_other_settings_have_another_key(corpus, change):
    assert prepared(corpus).key != prepared(corpus, **change).key


def test_another_text_has_another_key(corpus):
    key = prepared(corpus).key
    (corpus / "0.txt").write_text("something else")
    assert prepared(corpus).key != key


def test_a_run_gets_the_data_it_was_trained_on(corpus):
    first = prepared(corpus)
    (corpus / "0.txt").write_text("something else")
    again = prepared(corpus, key=first.key)  # from the cache
    np.testing.assert_array_equal(first.train, again.train)
    (corpus.parent / "cache" / first.key / "train.npy").unlink()
    with pytest.raises(ValueError, match="the corpus is no longer the one this run"):
        prepared(corpus, key=first.key)


def test_the_tokenizer_never_sees_the_validation_part(corpus, monkeypatch):
    seen = []
    BPETokenizer = byte_pair_encoding()
    train = BPETokenizer.train

    def spy(texts, *rest, **options):
        seen.extend(texts)
        return train(texts, *rest, **options)

    monkeypatch.setattr(BPETokenizer, "train", spy)
    data = prepared(corpus, tokenizer="bpe", vocab_size=270)
    held_out = data.tokenizer.decode(data.validation)
    assert seen and not any(text in held_out for text in seen)
    seen.clear()
    prepared(corpus, tokenizer="bpe", vocab_size=265, tokenizer_sample=450)
    assert sum(map(len, seen)) == 450


def test_a_vocabulary_that_the_text_does_not_support_is_smaller(corpus):
    """Said, and the same again; the corpus need not be there then."""
    told = []
    config = DataConfig(corpus=[str(corpus)], vocab_size=50_000, validation=0.2)
    first = prepare_data(config, corpus.parent / "cache", note=told.append)
    size = first.tokenizer.vocab_size
    assert 257 < size < 2000
    assert f"pairs for a vocabulary of {size} tokens, not 50000" in " ".join(told)
    assert prepare_data(config, corpus.parent / "cache", key=first.key).key == first.key
    larger = prepared(corpus, tokenizer="bpe", vocab_size=size)
    assert larger.tokenizer.to_dict() == first.tokenizer.to_dict()


def test_every_tokenizer_ends_its_documents(corpus):
    for tokenizer in ("bytes", "characters", "bpe"):
        data = prepared(corpus, tokenizer=tokenizer, vocab_size=270)
        ends = [int((np.asarray(part) == data.tokenizer.end_of_text).sum())
                for part in (data.train, data.validation)]
        assert sum(ends) == 10 and min(ends) > 0


def test_a_corpus_shorter_than_a_window_is_refused(corpus):
    data = prepared(corpus)
    data.require_windows(len(data.validation) - 1)
    with pytest.raises(ValueError, match=r"the validation part of the corpus has \d+ tokens, one "
                                         r"window needs \d+; take a longer text or a smaller"):
        data.require_windows(len(data.validation))
