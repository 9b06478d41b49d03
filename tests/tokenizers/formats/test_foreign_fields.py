"""A field of a foreign tokenizer.json is honoured or refused by its name."""
import json

import pytest
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from numpy_impl.text.bpe import BPETokenizer
from twinformer.tokenizers.formats.huggingface_files import read_tokenizer_json

from parity_tests.text.samples import error_of

TEXT = "the cat sat on the mat and the dog sat too, at 12 or 345"


def trained(pre_tokenizer=None):
    peer = Tokenizer(models.BPE())
    peer.pre_tokenizer = pre_tokenizer or pre_tokenizers.ByteLevel(add_prefix_space=False)
    peer.decoder = decoders.ByteLevel()
    peer.train_from_iterator([TEXT] * 9, trainers.BpeTrainer(
        vocab_size=280, special_tokens=["<|endoftext|>"], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    return peer


GOOD = json.loads(trained().to_str())
TOKEN = {"id": 280, "content": "<tool>", "single_word": False, "lstrip": False, "rstrip": False,
         "normalized": False, "special": True}


def with_token(**changes):
    return {"added_tokens": [*GOOD["added_tokens"], TOKEN | changes]}


def model(**changes):
    return {"model": GOOD["model"] | changes}


@pytest.mark.parametrize(("changes", "named"), [
    (with_token(lstrip=True), "'<tool>' is lstrip"),
    (with_token(rstrip=True), "'<tool>' is rstrip"),
    (with_token(single_word=True), "'<tool>' is single_word"),
    (with_token(normalized=True) | {"normalizer": {"type": "NFC"}}, "'<tool>' is normalized"),
    (with_token(content="the", id=GOOD["model"]["vocab"]["the"]), "'the' is made by merges"),
    ({"normalizer": {"type": "Lowercase"}}, "normalizer Lowercase"),
    ({"normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "Strip"}]}},
     "normalizer NFC, Strip"),
    ({"post_processor": {"type": "TemplateProcessing", "single": [
        {"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "<s>", "type_id": 0}}],
        "special_tokens": {"<s>": {"ids": [280]}}}}, "[] before and [280] behind"),
    ({"post_processor": {"type": "RobertaProcessing", "cls": ["<s>", 0], "sep": ["</s>", 1]}},
     "[0] before and [1] behind"),
    ({"post_processor": {"type": "New"}}, "post_processor New"),
    ({"pre_tokenizer": GOOD["pre_tokenizer"] | {"add_prefix_space": True}}, "add_prefix_space"),
    ({"pre_tokenizer": None}, "not ByteLevel"),
    ({"pre_tokenizer": {"type": "Digits", "individual_digits": True}}, "Digits"),
    ({"pre_tokenizer": {"type": "Sequence", "pretokenizers": [
        {"type": "Split", "pattern": {"Regex": "."}, "behavior": "Isolated", "invert": False},
        GOOD["pre_tokenizer"]]}}, "ByteLevel"),
    ({"decoder": {"type": "WordPiece"}}, "decoder WordPiece"),
    (model(dropout=0.1), "dropout"),
    (model(end_of_word_suffix="</w>"), "end_of_word_suffix"),
    (model(continuing_subword_prefix="##"), "continuing_subword_prefix"),
    (model(merges=GOOD["model"]["merges"][:-1]), "comes from no merge|merges do not"),
    ({"surprise": {"type": "X"}}, "surprise")])
def test_what_is_not_honoured_is_named(tmp_path, changes, named):
    path = tmp_path / "tokenizer.json"
    path.write_text(json.dumps(GOOD | changes), encoding="utf-8")
    message = error_of(read_tokenizer_json, path)
    assert message.startswith(str(path))
    assert any(part in message for part in named.split("|")), message


@pytest.mark.parametrize("pattern", [r"\d", r"\d{1,2}", "[aeiou]", None])
def test_what_lies_between_a_patterns_finds_is_kept(tmp_path, pattern):
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    steps = [] if pattern is None else [pre_tokenizers.Split(Regex(pattern), "isolated")]
    peer = trained(pre_tokenizers.Sequence([*steps, byte_level]))
    peer.save(str(tmp_path / "t.json"))
    tokenizer = BPETokenizer(*read_tokenizer_json(tmp_path / "t.json"))
    for text in (TEXT, "", "12345", "no digits\n\n 你好 7", "  "):
        assert tokenizer.encode(text) == peer.encode(text).ids
        assert tokenizer.decode(tokenizer.encode(text)) == text
