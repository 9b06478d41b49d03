"""A SentencePiece model taken apart: llama2.c's form of it, and a
tokenizer.json with the same ids."""
import functools
import json

import pytest
from hypothesis import given, strategies as st
from tokenizers import Tokenizer

from twinformer.backend import load_tokenizer
from twinformer.pretrained.tokenizer_files import check_can_be_written, write_tokenizer_files
from twinformer.tokenizers.formats.llama2c_files import read_llama2c
from twinformer.tokenizers.formats.sentencepiece_files import read_model, write_model
from twinformer.tokenizers.formats.sentencepiece_json import sentencepiece_json
from twinformer.tokenizers.sentencepiece_tokenizer import SentencePieceTokenizer
from twinformer.io.surrogates import repair_surrogates

from parity_tests.shared_data import shared_data
from parity_tests.text.samples import error_of, real_text, texts

sentencepiece = pytest.importorskip("sentencepiece")


@functools.cache
def both():
    """(SentencePiece's model, the same in llama2.c's form)"""
    return tuple(load_tokenizer(shared_data(f"stories260K/tok512.{end}"))
                 for end in ("model", "bin"))


@functools.cache
def library(which):
    content = sentencepiece_json(both()[which].model, 1)
    peer = Tokenizer.from_str(json.dumps(content))
    peer.encode_special_tokens = True
    return peer


SPACES = st.text(" ▁ab\n\t\u00a0te<s>/0x1")


@pytest.mark.parametrize("which", [0, 1])
@given(text=(SPACES | texts()).map(repair_surrogates))
def test_a_tokenizer_json_gives_the_ids(which, text):
    tokenizer, peer = both()[which], library(which)
    ids = tokenizer.encode_ordinary(text)
    assert peer.encode(text, add_special_tokens=False).ids == ids
    assert peer.encode(text).ids == [1, *ids]
    assert peer.decode(ids) == tokenizer._processor.decode(ids)


def test_llama2c_takes_spaces_as_they_are():
    model, form = both()
    for line in real_text("bpe-training/tinystories_sample.txt").splitlines():
        assert form.encode_ordinary(line) == model.encode_ordinary(line)
    assert form.decode(form.encode_ordinary("a  b ")) == "a  b "
    assert model.decode(model.encode_ordinary("a  b ")) == "a b"
    assert form.special_tokens == model.special_tokens == {"<s>": 1, "</s>": 2}
    assert form.beginning_of_text == model.beginning_of_text == 1
    assert form.stop_tokens == model.stop_tokens == (2,)


@given(text=SPACES)
def test_written_and_read_again(text):
    model = both()[0].model
    again = write_model(read_model(model))
    assert read_model(again) == read_model(model)
    assert SentencePieceTokenizer(again).encode_ordinary(text) == both()[0].encode_ordinary(text)


def test_the_folder_of_a_small_llama(tmp_path):
    folder = shared_data("stories260K/tok512.model").parent
    tokenizer = load_tokenizer(folder)
    assert isinstance(tokenizer, SentencePieceTokenizer)
    assert tokenizer.encode("Once upon a time", add_beginning=True) == [1, 403, 407, 261, 378]
    (tmp_path / "tokenizer.model").write_bytes(tokenizer.model)
    (tmp_path / "tokenizer_config.json").write_text('{"add_bos_token": false}')
    bare = load_tokenizer(tmp_path)
    assert bare.beginning_of_text is None and bare.end_of_text == 2
    bare.save(tmp_path / "saved.json")
    assert load_tokenizer(tmp_path / "saved.json").marks == bare.marks


def test_written_for_transformers(tmp_path):
    transformers = pytest.importorskip("transformers")
    for tokenizer in both():
        write_tokenizer_files(tmp_path, tokenizer, 10**6)
        peer = transformers.AutoTokenizer.from_pretrained(tmp_path)
        again = load_tokenizer(tmp_path)
        assert (again.beginning_of_text, again.stop_tokens) == (1, (2,))
        for line in [*json.loads(real_text("blns/blns.json")), "a<s>b</s>  c"]:
            ids = tokenizer.encode(line, "all", add_beginning=True)
            assert peer(line).input_ids == again.encode(line, "all", add_beginning=True) == ids
            assert again.decode(ids[1:]) == tokenizer.decode(ids[1:])


def test_a_model_of_another_kind_is_not_written(tmp_path):
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(["low lower lowest"] * 20), vocab_size=12,
        model_prefix=str(tmp_path / "unigram"), minloglevel=2)
    unigram = load_tokenizer(tmp_path / "unigram.model")
    assert "no exact form as a tokenizer.json" in error_of(check_can_be_written, unigram)


def test_damaged_files_are_refused(tmp_path):
    model, form = (shared_data(f"stories260K/tok512.{end}").read_bytes()
                   for end in ("model", "bin"))
    for cut in (0, 3, 50, len(form) // 2, len(form) - 1):
        (tmp_path / "tok.bin").write_bytes(form[:cut])
        assert "no vocabulary of llama2.c" in error_of(read_llama2c, tmp_path / "tok.bin")
    for cut in (1, 50, len(model) // 2, len(model) - 1):
        assert "no SentencePiece model" in error_of(read_model, model[:cut])
    (tmp_path / "tok.bin").write_bytes(model)
    error_of(load_tokenizer, tmp_path / "tok.bin")
