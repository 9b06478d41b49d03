"""Our vocabularies in Hugging Face tokenizers, and theirs in ours: same ids."""
import json

import pytest
from hypothesis import given, strategies as st
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers

import numpy_impl.text.bpe as ours
import torch_impl.text.bpe as theirs
from twinformer.tokenizers.byte_alphabet import to_visible
from twinformer.tokenizers.formats.gpt2_files import read_gpt2_files
from twinformer.tokenizers.formats.huggingface_files import (
    read_tokenizer_json, write_tokenizer_json,
)
from twinformer.tokenizers.formats.merges import merges_of
from twinformer.tokenizers.offsets import token_offsets
from twinformer.tokenizers.patterns import PATTERNS
from twinformer.io.surrogates import repair_surrogates
from twinformer.tokenizers.vocabulary import Vocabulary

from parity_tests.shared_data import shared_data
from parity_tests.text.samples import NASTY, error_of, texts

TEXT = " ".join(NASTY) * 3


@pytest.fixture(scope="module", params=PATTERNS)
def pair(request, tmp_path_factory):
    """(our tokenizer, the same in Hugging Face's library)"""
    path = tmp_path_factory.mktemp("hf") / "tokenizer.json"
    tokenizer = ours.BPETokenizer.train(TEXT, 330, request.param)
    vocabulary = Vocabulary(tokenizer.ranks, tokenizer.pattern, tokenizer.special_tokens)
    write_tokenizer_json(vocabulary, path)
    assert read_tokenizer_json(path) == vocabulary
    return tokenizer, Tokenizer.from_file(str(path))


@given(text=texts().map(repair_surrogates))     # the library takes no halves
def test_a_written_file_gives_the_same_ids_and_offsets(pair, text):
    tokenizer, peer = pair
    encoding = peer.encode(text)
    ids = tokenizer.encode(text, allowed_special="all")
    assert encoding.ids == ids
    assert token_offsets(tokenizer, ids).tolist() == list(map(list, encoding.offsets))
    assert peer.decode(ids, skip_special_tokens=False) == tokenizer.decode(ids)


def test_gpt2_written_for_hugging_face(tmp_path):
    """merges_of finds the published merges again from the ranks alone."""
    bpe = shared_data("gpt2-tokenizer/vocab.bpe")
    vocabulary = read_gpt2_files(bpe, shared_data("gpt2-tokenizer/encoder.json"))
    lines = bpe.read_text(encoding="utf-8").splitlines()[1:]
    assert [f"{to_visible(a)} {to_visible(b)}" for a, b in merges_of(vocabulary.ranks)] == lines

    write_tokenizer_json(vocabulary, tmp_path / "tokenizer.json")
    peer = Tokenizer.from_file(str(tmp_path / "tokenizer.json"))
    tokenizer = ours.BPETokenizer(*vocabulary)
    text = shared_data("books-en/alice.11-0.txt").read_text(encoding="utf-8")
    assert peer.encode(text).ids == tokenizer.encode(text)


@pytest.mark.parametrize("normalizer", [None, "NFC"])
@pytest.mark.parametrize("as_strings", [False, True])
def test_a_file_trained_by_hugging_face_is_read(tmp_path, normalizer, as_strings):
    peer = Tokenizer(models.BPE())
    peer.normalizer = normalizer and normalizers.NFC()
    peer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    peer.decoder = decoders.ByteLevel()
    peer.train_from_iterator([TEXT], trainers.BpeTrainer(
        vocab_size=330, special_tokens=["<|endoftext|>"], show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    path = tmp_path / "tokenizer.json"
    content = json.loads(peer.to_str())
    if as_strings:      # the older form
        content["model"]["merges"] = [" ".join(m) for m in content["model"]["merges"]]
    path.write_text(json.dumps(content), encoding="utf-8")

    vocabulary = read_tokenizer_json(path)
    text = TEXT + " e\u0301 A\u030a <|endoftext|>"
    expected = peer.encode(text).ids
    for package in (ours, theirs):
        tokenizer = package.BPETokenizer(*vocabulary)
        assert tokenizer.normalization == normalizer
        assert tokenizer.encode(text, allowed_special="all") == expected
        again = package.BPETokenizer.from_dict(tokenizer.to_dict())
        assert again.encode_ordinary(text) == tokenizer.encode_ordinary(text)


@given(st.lists(st.text("ab", min_size=2, max_size=4), unique=True))
def test_merges_of_any_ranks_at_all(tokens):
    """Of a token that no merging gives, all pairs that would be it."""
    ranks = {bytes([b]): b for b in range(256)}
    ranks |= {token.encode(): 256 + i for i, token in enumerate(tokens)}
    made = [a + b for a, b in merges_of(ranks)]
    assert [ranks[token] for token in made] == sorted(ranks[token] for token in made)
    for token in tokens:
        splits = [token[:i].encode() in ranks and token[i:].encode() in ranks
                  for i in range(1, len(token))]
        assert (token.encode() in made) == any(splits)


def test_other_kinds_of_files_are_refused(tmp_path):
    path = tmp_path / "tokenizer.json"
    tokenizer = ours.BPETokenizer.train(TEXT, 300)
    write_tokenizer_json(Vocabulary(tokenizer.ranks, "gpt2", {}), path)
    good = json.loads(path.read_text(encoding="utf-8"))

    def refused(**changes):
        path.write_text(json.dumps(good | changes), encoding="utf-8")
        return error_of(read_tokenizer_json, path)

    assert "WordPiece" in refused(model={"type": "WordPiece"})
    assert "on characters" in refused(model=good["model"] | {"byte_fallback": True})
    assert "order" in refused(model=good["model"] | {"merges": good["model"]["merges"][::-1]})
    assert "normalizer" in refused(normalizer={"type": "Lowercase"})
    assert "Metaspace" in refused(pre_tokenizer={"type": "Metaspace"})
    assert "no tokenizer.json" in refused(model=None)
    path.write_text("not JSON")
    assert "tokenizer.json" in error_of(read_tokenizer_json, path)


@given(st.integers(1, 3), st.sets(st.integers(0, 900), max_size=5), st.integers(0, 3))
def test_ids_of_added_tokens_with_gaps_and_in_holes(tmp_path_factory, stride, ids, following):
    """The library has them as we do, although it counts on where it can."""
    path = tmp_path_factory.getbasetemp() / "gaps.json"
    ranks = {bytes([byte]): stride * byte for byte in range(256)}
    ids = ids | set(range(256 * stride, 256 * stride + following))
    names = {f"<{i}>": i for i in ids - set(ranks.values())}
    special = {name: i for name, i in names.items() if i % 2}
    vocabulary = Vocabulary(ranks, PATTERNS["gpt2"], special,
                            added_tokens={name: i for name, i in names.items()
                                          if name not in special} or None)
    write_tokenizer_json(vocabulary, path)
    assert read_tokenizer_json(path) == vocabulary
    text = "a" + " b".join(names)
    assert Tokenizer.from_file(str(path)).encode(text).ids == ours.BPETokenizer(
        *vocabulary).encode(text, "all")
