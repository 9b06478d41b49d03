"""What all tokenizers share: streams, byte lengths, saved files."""
import json
import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

import numpy_impl.text.registry as ours
import torch_impl.text.registry as theirs
from numpy_impl.text.bpe import BPETokenizer
from numpy_impl.text.byte_tokenizer import ByteTokenizer
from numpy_impl.text.characters import CharacterTokenizer
from numpy_impl.text.tokenizer import bytes_per_token, repair_surrogates
from numpy_impl.text.words import SimpleTokenizerV1, SimpleTokenizerV2

from .samples import error_of, texts

TEXT = "She said, \u201cna\u00efve \u4f60\u597d!\u201d -- (is it?) low lower lowest " * 3
TOKENIZERS = [
    CharacterTokenizer.from_text(TEXT, ["<|endoftext|>"]), ByteTokenizer(),
    SimpleTokenizerV1.from_text(TEXT), SimpleTokenizerV2.from_text(TEXT),
    BPETokenizer.train(TEXT, 290),
    BPETokenizer({bytes([b]): 2 * b for b in range(256)}, r"\S+|\s+", {"<|s|>": 777}),
]
any_tokenizer = pytest.mark.parametrize("tokenizer", TOKENIZERS, ids=lambda t: t.kind)


@any_tokenizer
@given(st.data())
def test_a_stream_is_the_decoded_text(tokenizer, data):
    """Whatever ids a model writes, cut characters and special tokens too."""
    ids = data.draw(st.lists(st.sampled_from(sorted(tokenizer._table))))
    stream = tokenizer.stream_decoder()
    parts = [stream.add(token) for token in ids] + [stream.finish()]
    assert "".join(parts) == tokenizer.decode(ids) == tokenizer.decode(np.array(ids, int))


def test_a_stream_holds_a_character_back_until_it_is_whole():
    stream = ByteTokenizer().stream_decoder()
    assert [stream.add(byte) for byte in "\u4f60!".encode()] == ["", "", "\u4f60", "!"]
    assert stream.add(0xe4) == "" and stream.finish() == "\ufffd"


@any_tokenizer
def test_saved_and_loaded(tokenizer, tmp_path):
    path = tmp_path / "new folder" / "tokenizer.json"
    tokenizer.save(path)
    for registry in (ours, theirs):
        again = registry.load_tokenizer(path)
        assert again.to_dict() == tokenizer.to_dict()
        assert again.encode(TEXT) == tokenizer.encode(TEXT)
        assert again.vocab_size == tokenizer.vocab_size
        assert again.end_of_text == tokenizer.end_of_text
        assert again.decode(again.encode(TEXT)) == tokenizer.decode(tokenizer.encode(TEXT))
        state = json.loads(json.dumps(tokenizer.to_dict()))
        assert registry.tokenizer_from_dict(state).to_dict() == tokenizer.to_dict()
    assert [file.name for file in path.parent.iterdir()] == ["tokenizer.json"]


@any_tokenizer
def test_damaged_files_are_refused(tokenizer, tmp_path):
    path = tmp_path / "tokenizer.json"
    tokenizer.save(path)
    whole = path.read_bytes()
    for cut in (0, 1, len(whole) // 2, len(whole) - 3):
        path.write_bytes(whole[:cut])
        assert "tokenizer.json" in error_of(ours.load_tokenizer, path)
    for name in tokenizer.to_dict():
        state = {k: v for k, v in tokenizer.to_dict().items() if k != name}
        error_of(ours.tokenizer_from_dict, state)
    with pytest.raises(FileNotFoundError):
        ours.load_tokenizer(tmp_path / "absent.json")
    assert "kind" in error_of(ours.tokenizer_from_dict, [])


def test_bits_per_byte():
    """A uniform guess over 256 bytes is 8 bits a byte, in any tokenizer's units."""
    tokenizer = ByteTokenizer()
    targets = np.array(tokenizer.encode("any text") + [tokenizer.end_of_text])
    lengths = bytes_per_token(tokenizer)
    nats = np.full(8, math.log(256))
    assert lengths.shape == (257,) and lengths[256] == 0
    assert nats.sum() / math.log(2) / lengths[targets].sum() == pytest.approx(8)


@given(texts())
def test_byte_lengths_add_up_to_the_text(text):
    for tokenizer in (ByteTokenizer(), TOKENIZERS[4], TOKENIZERS[5]):
        lengths = bytes_per_token(tokenizer)
        assert lengths.shape == (tokenizer.vocab_size,)
        assert lengths[tokenizer.encode_ordinary(text)].sum() == len(text.encode())


@given(st.text(st.characters(exclude_categories=[])))
def test_surrogates_are_repaired(text):
    repaired = repair_surrogates(text)
    repaired.encode("utf-8")
    if all(not "\ud800" <= c <= "\udfff" for c in text):
        assert repaired == text


def test_surrogates():
    assert repair_surrogates("\ud83d\ude00 \ud83d \ude00") == "\U0001f600 \ufffd \ufffd"
    assert ByteTokenizer().decode(ByteTokenizer().encode("a\ud800")) == "a\ufffd"


def test_strict_decoding():
    with pytest.raises(UnicodeDecodeError):
        ByteTokenizer().decode([0xff], errors="strict")
    assert ByteTokenizer().decode([0xff, 65], errors="ignore") == "A"


def test_wrong_special_tokens_are_refused():
    assert "empty" in error_of(ByteTokenizer, [""])
    ranks = {bytes([b]): b for b in range(256)}
    assert "twice" in error_of(BPETokenizer, ranks, "gpt2", {"<|a|>": 300, "<|b|>": 300})
