"""BERT's files: vocab.txt and tokenizer.json, read and written."""
import json
from types import SimpleNamespace

import pytest
from tokenizers import BertWordPieceTokenizer
from transformers import AutoTokenizer

from twinformer.backend import load_tokenizer
from twinformer.commands.opening import tokenizer_of
from twinformer.pretrained.tokenizer_files import write_tokenizer_files
from twinformer.tokenizers.formats.bert_files import read_vocab_txt
from twinformer.tokenizers.segments import encode_pair
from twinformer.tokenizers.wordpiece import BERT_SPECIAL_TOKENS, WordPiece

from parity_tests.text.samples import error_of

PIECES = [*BERT_SPECIAL_TOKENS, "[unused1]", "the", "hug", "##s", "\u4f60", "e", ",", "!"]
FIRST, SECOND = "The hugs, \u4f60\u597d!", "H\u00e9 hugs"


@pytest.fixture
def cased(tmp_path):
    (tmp_path / "vocab.txt").write_text("\n".join([*PIECES, "The"]) + "\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("flags", [
    {}, {"lower_case": False}, {"lower_case": True, "strip_accents": False},
    {"space_chinese": False, "longest_word": 3}])
def test_transformers_opens_what_is_written(tmp_path, flags):
    tokenizer = WordPiece({piece: i for i, piece in enumerate(PIECES)}, **flags)
    write_tokenizer_files(tmp_path, tokenizer, 64, marks=True)
    peer = AutoTokenizer.from_pretrained(tmp_path)
    found = peer(FIRST, SECOND)
    assert encode_pair(tokenizer, FIRST, SECOND) == (
        found["input_ids"], found["token_type_ids"])
    assert (peer.mask_token, peer.pad_token) == ("[MASK]", "[PAD]")
    assert peer.decode(found["input_ids"]) == tokenizer.decode(found["input_ids"])
    assert load_tokenizer(tmp_path).to_dict() == tokenizer.to_dict()
    shape = SimpleNamespace(vocab_size=len(PIECES))
    assert tokenizer_of(tmp_path, shape).to_dict() == tokenizer.to_dict()


def test_without_marks_for_a_model_that_writes(tmp_path):
    tokenizer = WordPiece({piece: i for i, piece in enumerate(PIECES)})
    write_tokenizer_files(tmp_path, tokenizer, 64)
    peer = AutoTokenizer.from_pretrained(tmp_path)
    assert peer(FIRST)["input_ids"] == tokenizer.encode(FIRST)
    assert peer.eos_token == "[SEP]"


def test_a_file_of_the_library(tmp_path):
    peer = BertWordPieceTokenizer({piece: i for i, piece in enumerate(PIECES)})
    peer.add_special_tokens(["<|more|>"])
    peer.enable_truncation(9)
    peer.save(str(tmp_path / "tokenizer.json"))
    tokenizer = load_tokenizer(tmp_path)
    text = FIRST + "<|more|>"
    peer.no_truncation()
    assert tokenizer.encode(text, allowed_special="all") == peer.encode(
        text, add_special_tokens=False).ids


def test_a_vocabulary_with_capitals_is_cased(cased):
    assert not load_tokenizer(cased).lower_case
    (cased / "tokenizer_config.json").write_text(json.dumps(
        {"do_lower_case": True, "strip_accents": False, "tokenize_chinese_chars": False}))
    found = load_tokenizer(cased)
    assert (found.lower_case, found.strip_accents, found.space_chinese) == (True, False, False)


def test_lines_end_where_a_file_says(tmp_path):
    """Also with Windows' ends; a piece may be what str.splitlines takes for an end."""
    (tmp_path / "vocab.txt").write_bytes("\r\n".join([*PIECES, "a\u2028b"]).encode())
    found = read_vocab_txt(tmp_path / "vocab.txt")
    assert found.pieces["a\u2028b"] == len(PIECES) and found.pieces["!"] == len(PIECES) - 1


@pytest.mark.parametrize(("config", "message"), [
    ({"mask_token": "<mask>"}, "calls the mask_token '<mask>'; expected '[MASK]'"),
    ({"do_basic_tokenize": False}, "do_basic_tokenize")])
def test_what_another_file_asks_for(cased, config, message):
    (cased / "tokenizer_config.json").write_text(json.dumps(config))
    assert message in error_of(load_tokenizer, cased)


@pytest.mark.parametrize(("part", "value"), [
    ("normalizer", None), ("pre_tokenizer", {"type": "Whitespace"}),
    ("added_tokens", [{"id": 4, "content": "[MASK]", "single_word": False, "lstrip": True,
                       "rstrip": False, "normalized": False, "special": True}])])
def test_what_is_not_berts_is_done_by_the_library(tmp_path, part, value):
    path = tmp_path / "tokenizer.json"
    write_tokenizer_files(tmp_path, WordPiece({"[UNK]": 0, "a": 1, "[MASK]": 4}), 64)
    path.write_text(json.dumps(json.loads(path.read_text()) | {part: value}))
    found = load_tokenizer(tmp_path)
    assert found.kind == "huggingface"
    assert found.encode("a A") == AutoTokenizer.from_pretrained(tmp_path)("a A")["input_ids"]


def test_a_vocabulary_without_the_unknown(tmp_path):
    (tmp_path / "vocab.txt").write_text("a\nb\n")
    assert f"{tmp_path / 'vocab.txt'}: a WordPiece vocabulary needs [UNK]" in error_of(
        load_tokenizer, tmp_path)
