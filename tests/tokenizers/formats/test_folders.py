"""Several files of one tokenizer in a folder: the fullest is read."""
import json

import pytest
from tokenizers import AddedToken, ByteLevelBPETokenizer

from numpy_impl.text.bpe import BPETokenizer
from twinformer.tokenizers.formats.folders import read_tokenizer_folder

from parity_tests.text.samples import error_of

TEXT = "the cat sat on the mat and the dog sat too"


@pytest.fixture
def peer(tmp_path):
    """vocab.json and merges.txt, as transformers 4 wrote them, in tmp_path"""
    peer = ByteLevelBPETokenizer()
    peer.train_from_iterator([TEXT] * 9, vocab_size=280, show_progress=False,
                             special_tokens=["<s>", "<pad>", "<|endoftext|>"])
    peer.save_model(str(tmp_path))
    peer.add_special_tokens([AddedToken("<|sep|>", special=True, normalized=False)])
    return peer


def same_ids(folder, peer):
    tokenizer = read_tokenizer_folder(folder, BPETokenizer)
    text = "the cat<|sep|><|endoftext|> <s>dog"
    assert tokenizer.encode(text, allowed_special="all") == peer.encode(text).ids
    assert tokenizer.vocab_size == peer.get_vocab_size()


def added(folder, peer):
    (folder / "added_tokens.json").write_text(
        json.dumps({"<|sep|>": peer.token_to_id("<|sep|>")}))


def test_tokenizer_json_comes_before_the_poorer_pair(tmp_path, peer):
    peer.save(str(tmp_path / "tokenizer.json"))
    same_ids(tmp_path, peer)


def test_added_tokens_json_adds_to_the_pair(tmp_path, peer):
    added(tmp_path, peer)
    same_ids(tmp_path, peer)


def test_so_does_tokenizer_config_json(tmp_path, peer):
    token = {"content": "<|sep|>", "lstrip": False, "special": True}
    content = {"added_tokens_decoder": {str(peer.token_to_id("<|sep|>")): token}}
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(content))
    same_ids(tmp_path, peer)
    token["lstrip"] = True
    (tmp_path / "tokenizer_config.json").write_text(json.dumps(content))
    assert "tokenizer_config.json: its added token '<|sep|>' is lstrip" in error_of(
        read_tokenizer_folder, tmp_path, BPETokenizer)


def test_contradictions_are_named(tmp_path, peer):
    peer.save(str(tmp_path / "tokenizer.json"))
    (tmp_path / "added_tokens.json").write_text('{"<|sep|>": 5}')
    assert "'<|sep|>' has the id 5" in error_of(read_tokenizer_folder, tmp_path, BPETokenizer)


def test_what_changes_texts_is_named(tmp_path, peer):
    (tmp_path / "tokenizer_config.json").write_text('{"add_prefix_space": true}')
    assert "add_prefix_space" in error_of(read_tokenizer_folder, tmp_path, BPETokenizer)


def test_another_kind_of_vocabulary_is_not_passed_over(tmp_path):
    assert read_tokenizer_folder(tmp_path, BPETokenizer) is None
    (tmp_path / "vocab.txt").write_text("[PAD]\n")
    assert "vocab.txt" in error_of(read_tokenizer_folder, tmp_path, BPETokenizer)
