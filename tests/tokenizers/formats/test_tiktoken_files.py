from pathlib import Path

import pytest
from tiktoken.load import load_tiktoken_bpe

import numpy_impl.text.bpe as ours
import torch_impl.text.bpe as theirs
from twinformer.tokenizers.formats.tiktoken_files import (
    llama3_special_tokens, read_tiktoken, write_tiktoken,
)
from twinformer.tokenizers.vocabulary import Vocabulary

from parity_tests.text.samples import NASTY, error_of


@pytest.fixture(scope="module")
def vocabulary():
    tokenizer = ours.BPETokenizer.train(" ".join(NASTY) * 3, 300, "llama3")
    return Vocabulary(tokenizer.ranks, "llama3", tokenizer.special_tokens)


def test_written_for_tiktoken_and_read_back(vocabulary, tmp_path):
    path = tmp_path / "vocabulary.tiktoken"
    write_tiktoken(vocabulary, path)
    assert load_tiktoken_bpe(str(path)) == vocabulary.ranks
    assert read_tiktoken(path, "llama3", ["<|endoftext|>"]) == vocabulary
    assert read_tiktoken(path, "llama3", vocabulary.special_tokens) == vocabulary


def test_a_file_in_the_style_of_llama_3(vocabulary, tmp_path):
    path = tmp_path / "tokenizer.model"
    write_tiktoken(vocabulary, path)
    llama = read_tiktoken(path, "llama3", llama3_special_tokens())
    text = "<|begin_of_text|>" + "".join(NASTY) + "<|eot_id|>"
    tokenizer, twin = ours.BPETokenizer(*llama), theirs.BPETokenizer(*llama)
    ids = tokenizer.encode(text, allowed_special="all")
    assert ids == twin.encode(text, allowed_special="all")
    assert ids[0] == 299 and tokenizer.decode(ids) == text
    assert tokenizer.end_of_text == 300 and tokenizer.vocab_size == 299 + 256


def test_ids_of_llama_3():
    ids = {name: 128_000 + i for i, name in enumerate(llama3_special_tokens())}
    assert len(ids) == 256
    assert ids["<|begin_of_text|>"] == 128_000 and ids["<|end_of_text|>"] == 128_001
    assert ids["<|start_header_id|>"] == 128_006 and ids["<|end_header_id|>"] == 128_007
    assert ids["<|eot_id|>"] == 128_009 and ids["<|python_tag|>"] == 128_010
    assert ids["<|reserved_special_token_247|>"] == 128_255


def test_a_bad_line_is_named(vocabulary, tmp_path):
    path = Path(tmp_path / "bad.tiktoken")
    for line in (b"!!! 3", b"YQ==", b"YQ== x", b"YQ== 1 2"):
        path.write_bytes(b"YQ== 0\n" + line + b"\n")
        assert "line 2" in error_of(read_tiktoken, path, "gpt2")
