"""Saved tokenizers come back in either package, or not at all."""
import json

import pytest

from twinformer.backend import BACKENDS, load_tokenizer, tokenizer_from_dict

from .every_tokenizer import TEXT, any_tokenizer
from parity_tests.text.samples import error_of


@any_tokenizer
def test_saved_and_loaded(tokenizer, tmp_path):
    path = tmp_path / "new folder" / "tokenizer.json"
    tokenizer.save(path)
    for backend in BACKENDS:
        again = load_tokenizer(path, backend)
        assert again.to_dict() == tokenizer.to_dict()
        assert again.encode(TEXT) == tokenizer.encode(TEXT)
        assert again.vocab_size == tokenizer.vocab_size
        assert again.end_of_text == tokenizer.end_of_text
        assert again.marks == tokenizer.marks and again.first_token == tokenizer.first_token
        assert again.decode(again.encode(TEXT)) == tokenizer.decode(tokenizer.encode(TEXT))
        state = json.loads(json.dumps(tokenizer.to_dict()))
        assert tokenizer_from_dict(state, backend).to_dict() == tokenizer.to_dict()
    assert [file.name for file in path.parent.iterdir()] == ["tokenizer.json"]


@any_tokenizer
def test_damaged_files_are_refused(tokenizer, tmp_path):
    path = tmp_path / "tokenizer.json"
    tokenizer.save(path)
    whole = path.read_bytes()
    for cut in (0, 1, len(whole) // 2, len(whole) - 3):
        path.write_bytes(whole[:cut])
        assert "tokenizer.json" in error_of(load_tokenizer, path)
    for name in tokenizer.to_dict().keys() - {"added_tokens", "marks"}:     # may be absent
        state = {k: v for k, v in tokenizer.to_dict().items() if k != name}
        error_of(tokenizer_from_dict, state)
    with pytest.raises(FileNotFoundError):
        load_tokenizer(tmp_path / "absent.json")
    assert "kind" in error_of(tokenizer_from_dict, [])
