"""What only the library tokenizers can do, behind our interface."""
import functools
import json

import pytest
from hypothesis import given, strategies as st
from tokenizers import (
    AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors,
)

from twinformer.backend import BACKENDS, load_tokenizer
from twinformer.tokenizers.huggingface_tokenizer import HuggingFaceTokenizer
from twinformer.tokenizers.wordpiece import WordPiece
from twinformer.io.surrogates import repair_surrogates

from parity_tests.text.samples import error_of, texts
from tests.tokenizers.standins import TEXT, standin

LETTERS = "abcdefghijklmnopqrstuvwxyz"


def flagged():
    """Byte pairs whose added tokens take spaces, want words, are normalized."""
    peer = Tokenizer.from_str(standin("gpt2").to_str())
    peer.normalizer = normalizers.Lowercase()
    peer.add_special_tokens([AddedToken("<mask>", lstrip=True, normalized=False),
                             AddedToken("<Sep>", rstrip=True, normalized=True)])
    peer.add_tokens([AddedToken("word", single_word=True), AddedToken("Café")])
    return peer


def word_pieces():
    """The parts of BERT."""
    vocab = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "low", "##er", "##est", ",", "is", "'", "s",
             *LETTERS, *(f"##{letter}" for letter in LETTERS)]
    peer = Tokenizer(models.WordPiece({token: i for i, token in enumerate(dict.fromkeys(vocab))},
                                      unk_token="[UNK]"))
    peer.normalizer = normalizers.BertNormalizer()
    peer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    peer.decoder = decoders.WordPiece()
    peer.add_special_tokens(vocab[:4])
    peer.post_processor = processors.BertProcessing(("[SEP]", 3), ("[CLS]", 2))
    return peer


def unigrams():
    """The parts of T5: pieces of words, and an end behind each text."""
    pieces = [("<pad>", 0.0), ("</s>", 0.0), ("<unk>", -9.0), ("▁", -2.0), ("▁low", -3.0),
              ("er", -3.5), ("est", -3.6), *((letter, -5.0) for letter in LETTERS)]
    peer = Tokenizer(models.Unigram(pieces, unk_id=2))
    peer.pre_tokenizer = pre_tokenizers.Metaspace()
    peer.decoder = decoders.Metaspace()
    peer.add_special_tokens(["<pad>", "</s>"])
    peer.post_processor = processors.TemplateProcessing(
        single="$A </s>", special_tokens=[("</s>", 1)])
    return peer


def words():
    """No decoder at all: the library puts a space between tokens."""
    peer = Tokenizer(models.WordLevel({"low": 0, "lower": 1, "?": 2}, unk_token="?"))
    peer.pre_tokenizer = pre_tokenizers.Whitespace()
    return peer


KINDS = {make.__name__: make for make in (flagged, word_pieces, unigrams, words)}
any_kind = pytest.mark.parametrize("kind", KINDS)


@functools.cache
def pair(kind):
    """(the library's tokenizer, ours)"""
    peer = KINDS[kind]()
    return peer, HuggingFaceTokenizer(json.loads(peer.to_str()))


def some_texts():
    parts = ["<mask>", " <mask>", "<Sep>  ", "<sep>", "word", "words", "Café", "CAFÉ", "[SEP]",
             "</s>", "low", "lower", "Lowest", ",", "isn't", "'s", " ", "  ", "\n", "é"]
    return (st.lists(st.sampled_from(parts)).map("".join) | texts()).map(repair_surrogates)


@any_kind
@given(text=some_texts())
def test_ids_are_those_of_the_library(kind, text):
    peer, tokenizer = pair(kind)
    assert tokenizer.encode(text, "all") == peer.encode(text, add_special_tokens=False).ids
    peer.encode_special_tokens = True
    plain = peer.encode(text, add_special_tokens=False).ids
    peer.encode_special_tokens = False
    assert tokenizer.encode_ordinary(text) == plain
    assert tokenizer.encode(text, disallowed_special=()) == plain


@any_kind
@given(text=st.lists(st.sampled_from(["low", "lower", "lowest", "is", "a", ","])).map(" ".join))
def test_text_is_decoded_as_the_library_does(kind, text):
    peer, tokenizer = pair(kind)
    ids = tokenizer.encode_ordinary(text)
    assert tokenizer.decode(ids) == peer.decode(ids)
    stream = tokenizer.stream_decoder()
    assert "".join(map(stream.add, ids)) + stream.finish() == peer.decode(ids)


@any_kind
def test_saved_and_loaded(kind, tmp_path):
    peer, tokenizer = pair(kind)
    peer.save(str(tmp_path / "theirs.json"))
    tokenizer.save(tmp_path / "ours.json")
    tokenizer.write(tmp_path / "again.json")
    for name in ("theirs.json", "ours.json", "again.json"):
        for backend in BACKENDS:
            again = load_tokenizer(tmp_path / name, backend)
            if kind == "word_pieces" and name != "ours.json":
                assert isinstance(again, WordPiece)     # read by hand
            else:
                assert again.to_dict() == tokenizer.to_dict()
            assert again.encode_ordinary(TEXT) == tokenizer.encode_ordinary(TEXT)
    assert list(tokenizer.encode_batch([TEXT] * 3, processes=2))[2].tolist() == (
        tokenizer.encode_ordinary(TEXT))


def test_what_stands_around_a_text_is_left_to_the_caller():
    _, bert = pair("word_pieces")
    assert bert.encode_ordinary("low") == [4]
    assert bert.beginning_of_text == 2 and bert.encode("low", add_beginning=True) == [2, 4]
    assert pair("unigrams")[1].beginning_of_text is None
    assert pair("unigrams")[1].end_of_text == 1


def test_a_beginning_that_others_say_is_written(tmp_path):
    _, tokenizer = pair("unigrams")
    begins = tokenizer.with_marks(tokenizer.marks._replace(beginning=0))
    begins.write(tmp_path / "tokenizer.json")
    assert Tokenizer.from_file(str(tmp_path / "tokenizer.json")).encode("low").ids[0] == 0
    assert load_tokenizer(tmp_path / "tokenizer.json").beginning_of_text == 0
    assert tokenizer.beginning_of_text is None


def test_texts_are_not_cut_off_nor_filled_up():
    peer = words()
    peer.enable_truncation(3)
    peer.enable_padding(length=9)
    tokenizer = HuggingFaceTokenizer(json.loads(peer.to_str()))
    assert tokenizer.encode("low " * 5) == [0] * 5 and tokenizer.encode("low") == [0]


def test_some_special_tokens_may_be_allowed():
    peer, tokenizer = pair("flagged")
    mask, end = peer.token_to_id("<mask>"), peer.token_to_id("<|endoftext|>")
    ids = tokenizer.encode("a <mask><|endoftext|>", {"<mask>"}, ())
    assert mask in ids and end not in ids
    assert tokenizer.encode("a <mask>", {"<mask>"}) == peer.encode("a <mask>").ids
    assert "'<mask>'" in error_of(tokenizer.encode, "a <mask>")


def test_what_cannot_be_read_is_named(tmp_path):
    good = json.loads(words().to_str())
    for content, reason in (
            (good | {"decoder": json.loads(decoders.BPEDecoder().__getstate__())}, "BPEDecoder"),
            (good | {"model": {"type": "Unheard"}}, "tokenizers cannot read it"),
            (good | {"post_processor": {"type": "TemplateProcessing", "pair": [], "single": [
                {"SpecialToken": {"id": "?", "type_id": 0}}] * 2, "special_tokens": {
                    "?": {"id": "?", "ids": [2], "tokens": ["?"]}}}}, "[2, 2] in front")):
        (tmp_path / "tokenizer.json").write_text(json.dumps(content))
        message = error_of(load_tokenizer, tmp_path / "tokenizer.json")
        assert reason in message and message.startswith(str(tmp_path))
    (tmp_path / "tokenizer.json").write_text("[]")
    assert "no JSON object" in error_of(load_tokenizer, tmp_path / "tokenizer.json")
