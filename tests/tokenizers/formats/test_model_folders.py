"""Folders of Llama 3, Qwen 3, Gemma 3 and GPT-2: the ids of Hugging Face."""
import json

import numpy as np
import pytest
from hypothesis import given, strategies as st

from twinformer.backend import BACKENDS, load_tokenizer, tokenizer_from_dict
from twinformer.pretrained.tokenizer_files import generation_config, write_tokenizer_files
from twinformer.tokenizers.bpe import ByteLevelBPE
from twinformer.tokenizers.huggingface_tokenizer import HuggingFaceTokenizer
from twinformer.tokenizers.offsets import token_offsets
from twinformer.io.surrogates import repair_surrogates

from parity_tests.text.samples import NASTY, real_text, texts
from tests.tokenizers.standins import ADDED, BOS, FAMILIES, SPECIAL, STOPS, folder_of, standin

TOKENS = [token for name in FAMILIES for token in [*SPECIAL[name], *ADDED.get(name, [])]]


def mixed():
    """Texts of all of Unicode, with tokens of all families in them."""
    return (texts() | st.lists(st.sampled_from([*TOKENS, *NASTY, " ", "the", "▁"])).map("".join)
            ).map(repair_surrogates)            # the library takes no halves


@pytest.fixture(scope="module", params=FAMILIES)
def family(request, tmp_path_factory):
    """(name, the library's tokenizer, ours of both backends)"""
    name = request.param
    folder = folder_of(name, tmp_path_factory.mktemp(name))
    return name, standin(name), [load_tokenizer(folder, backend) for backend in BACKENDS]


def test_what_it_is_read_as(family):
    name, peer, both = family
    for tokenizer in both:
        assert isinstance(tokenizer, HuggingFaceTokenizer if name == "gemma3" else ByteLevelBPE)
        assert set(tokenizer.special_tokens) == set(SPECIAL[name])
        assert set(tokenizer.added_tokens) == set(ADDED.get(name, []))
        assert tokenizer.vocab_size == peer.get_vocab_size()
        ids = {peer.token_to_id(token) for token in STOPS[name]}
        assert set(tokenizer.stop_tokens) == ids and len(tokenizer.stop_tokens) == len(ids)
        begin = peer.token_to_id(BOS[name]) if name in BOS else None
        assert tokenizer.beginning_of_text == begin
        assert tokenizer.first_token == (tokenizer.end_of_text if begin is None else begin)


@given(text=mixed())
def test_ids_are_those_of_the_library(family, text):
    """With special tokens in the text, and with these as plain text."""
    _, peer, both = family
    expected = peer.encode(text).ids
    steered = peer.encode(text, add_special_tokens=False).ids
    peer.encode_special_tokens = True
    plain = peer.encode(text, add_special_tokens=False).ids
    peer.encode_special_tokens = False
    for tokenizer in both:
        first = tokenizer.beginning_of_text
        assert tokenizer.encode(text, "all") == steered
        assert tokenizer.encode_ordinary(text) == plain
        assert tokenizer.encode(text, disallowed_special=()) == plain
        if steered[:1] != [first]:
            assert tokenizer.encode(text, "all", add_beginning=True) == expected
        else:                       # it begins already
            assert tokenizer.encode(text, "all", add_beginning=True) == steered


def test_no_text_begins_twice(family):
    name, peer, both = family
    text = f"{BOS.get(name, 'the')} the"
    for tokenizer in both:
        ids = tokenizer.encode(text, "all", add_beginning=True)
        assert ids == peer.encode(text, add_special_tokens=False).ids


@given(text=mixed())
def test_text_comes_back_whole_and_piece_by_piece(family, text):
    name, peer, both = family
    for tokenizer in both:
        ids = tokenizer.encode(text, "all")
        assert tokenizer.decode(ids) == peer.decode(ids, skip_special_tokens=False)
        stream = tokenizer.stream_decoder()
        assert "".join(map(stream.add, ids)) + stream.finish() == tokenizer.decode(ids)
        if name in ("llama3", "gpt2"):
            assert tokenizer.decode(ids) == text
        if tokenizer.decode(ids) == text:
            starts, ends = token_offsets(tokenizer, ids).T
            assert not ids or (starts[0] == 0 and ends[-1] == len(text))


def test_a_batch_and_saved_again(family, tmp_path):
    _, _, both = family
    lines = json.loads(real_text("blns/blns.json"))
    for backend, tokenizer in zip(BACKENDS, both):
        expected = [tokenizer.encode_ordinary(line) for line in lines]
        batch = list(tokenizer.encode_batch(lines))
        assert [ids.tolist() for ids in batch] == expected and batch[0].dtype == np.uint32
        tokenizer.save(tmp_path / "tokenizer.json")
        for again in (load_tokenizer(tmp_path / "tokenizer.json", backend),
                      load_tokenizer(tmp_path, backend),
                      tokenizer_from_dict(json.loads(json.dumps(tokenizer.to_dict())), backend)):
            assert again.to_dict() == tokenizer.to_dict()
            assert again.marks == tokenizer.marks and again.stop_tokens == tokenizer.stop_tokens
            assert [again.encode_ordinary(line) for line in lines] == expected


def test_written_for_transformers(family, tmp_path):
    """AutoTokenizer gives the ids, the first one included; we read it again."""
    transformers = pytest.importorskip("transformers")
    name, peer, both = family
    lines = [*NASTY, *TOKENS, *json.loads(real_text("blns/blns.json"))]
    for tokenizer in both:
        write_tokenizer_files(tmp_path, tokenizer, 10**6)
        (tmp_path / "generation_config.json").write_text(generation_config(tokenizer))
        again = transformers.AutoTokenizer.from_pretrained(tmp_path)
        assert [again(line).input_ids for line in lines] == [
            peer.encode(line).ids for line in lines]
        assert again.eos_token_id == tokenizer.end_of_text
        assert again.bos_token_id == tokenizer.first_token
        config = transformers.GenerationConfig.from_pretrained(tmp_path)
        stops = config.eos_token_id
        assert tuple(stops if isinstance(stops, list) else [stops]) == tokenizer.stop_tokens
        assert load_tokenizer(tmp_path).to_dict() == tokenizer.to_dict()


def test_as_transformers_opens_the_makers_folder(family, tmp_path):
    transformers = pytest.importorskip("transformers")
    name, _, both = family
    peer = transformers.AutoTokenizer.from_pretrained(folder_of(name, tmp_path))
    for line in [*NASTY, "x".join(["", *TOKENS]), "the  café\n\n\n<think>é</think>"]:
        for tokenizer in both:
            assert tokenizer.encode(line, "all", add_beginning=True) == peer(line).input_ids
