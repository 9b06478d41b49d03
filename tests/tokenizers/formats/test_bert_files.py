"""BERT's files: vocab.txt and tokenizer.json, read and written."""
import json
from types import SimpleNamespace

import pytest
from tokenizers import BertWordPieceTokenizer
from transformers import AutoTokenizer

from twinformer.commands.opening import tokenizer_of
from twinformer.pretrained.tokenizer_files import write_tokenizer_files
from twinformer.tokenizers.formats.bert_files import read_vocab_txt, read_wordpiece
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
    assert read_wordpiece(tmp_path).to_dict() == tokenizer.to_dict()
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
    tokenizer = read_wordpiece(tmp_path)
    text = FIRST + "<|more|>"
    peer.no_truncation()
    assert tokenizer.encode(text, allowed_special="all") == peer.encode(
        text, add_special_tokens=False).ids


def test_a_vocabulary_with_capitals_is_cased(cased):
    assert not read_wordpiece(cased).lower_case
    (cased / "tokenizer_config.json").write_text(json.dumps(
        {"do_lower_case": True, "strip_accents": False, "tokenize_chinese_chars": False}))
    found = read_wordpiece(cased)
    assert (found.lower_case, found.strip_accents, found.space_chinese) == (True, False, False)


def test_lines_end_where_a_file_says(tmp_path):
    """Also with Windows' ends; a piece may be what str.splitlines takes for an end."""
    (tmp_path / "vocab.txt").write_bytes("\r\n".join([*PIECES, "a\u2028b"]).encode())
    found = read_vocab_txt(tmp_path / "vocab.txt")
    assert found.pieces["a\u2028b"] == len(PIECES) and found.pieces["!"] == len(PIECES) - 1


def test_nothing_or_another_kind(tmp_path):
    assert read_wordpiece(tmp_path) is None
    (tmp_path / "tokenizer.json").write_text('{"model": {"type": "BPE"}}')
    assert read_wordpiece(tmp_path) is None


@pytest.mark.parametrize(("config", "message"), [
    ({"mask_token": "<mask>"}, "calls the mask_token '<mask>'; expected '[MASK]'"),
    ({"do_basic_tokenize": False}, "do_basic_tokenize")])
def test_what_another_file_asks_for(cased, config, message):
    (cased / "tokenizer_config.json").write_text(json.dumps(config))
    assert message in error_of(read_wordpiece, cased)


@pytest.mark.parametrize(("part", "value", "message"), [
    ("normalizer", None, "its normalizer is None; expected BertNormalizer"),
    ("pre_tokenizer", {"type": "Whitespace"}, "its pre_tokenizer is Whitespace"),
    ("model", {"type": "WordPiece", "unk_token": "<unk>", "vocab": {},
               "continuing_subword_prefix": "##", "max_input_chars_per_word": 9},
     "its unk_token is '<unk>'"),
    ("model", {"type": "WordPiece"}, "is no tokenizer.json: KeyError 'unk_token'"),
    ("added_tokens", [{"id": 4, "content": "[MASK]", "lstrip": True}], "'[MASK]' is lstrip")])
def test_what_is_not_done_is_named(tmp_path, part, value, message):
    path = tmp_path / "tokenizer.json"
    write_tokenizer_files(tmp_path, WordPiece({"[UNK]": 0, "a": 1}), 64)
    path.write_text(json.dumps(json.loads(path.read_text()) | {part: value}))
    assert f"{path}" in error_of(read_wordpiece, tmp_path)
    assert message in error_of(read_wordpiece, tmp_path)
