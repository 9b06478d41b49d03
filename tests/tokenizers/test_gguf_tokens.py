"""A tokenizer goes into a GGUF file and comes back: the same ids of any text."""
import numpy as np
import pytest

from numpy_impl import BPETokenizer
from twinformer.backend import load_tokenizer
from twinformer.chat.files import template_in
from twinformer.chat.template import ChatTemplate
from twinformer.commands.opening import open_model
from twinformer.export.gguf_file import export_gguf
from twinformer.export.modelfile import TALK
from twinformer.tokenizers.byte_alphabet import to_visible
from twinformer.tokenizers.byte_tokenizer import ByteTokenizer
from twinformer.tokenizers.formats.gguf_tokens import tokenizer_of_fields
from twinformer.tokenizers.formats.sentencepiece_files import (
    BYTE, CONTROL, UNKNOWN, USER_DEFINED, Piece, SentencePieceModel, write_model,
)
from twinformer.tokenizers.sentencepiece_tokenizer import SentencePieceTokenizer

from ..tiny_gguf import gguf_run
from .standins import folder_of

pytest.importorskip("gguf")
TEXTS = ["She said: it's low, LOWER than 12345!  \n\n  x", "你好，世界！今天", "👩‍👩‍👧 🎉 café",
         "def f(x):\n\treturn x ** 2  # <b>\r\n", "e\u0301", "", " ", "<think> <|im_end|> </s>"]


def pieces(**changes):
    """Byte pairs of SentencePiece with all that it may have."""
    found = [Piece("<unk>", 0, UNKNOWN), Piece("<s>", 0, CONTROL), Piece("</s>", 0, CONTROL),
             Piece("<b>", 0, USER_DEFINED), Piece("▁▁", 0, USER_DEFINED)]
    found += [Piece(f"<0x{byte:02X}>", 0, BYTE) for byte in range(256)]
    words = ["lo", "er", "low", "▁l", "▁low", "ower", "lower", "你好", "ab", "bc"]
    letters = sorted({letter for word in words for letter in word} | set("he said"))
    found += [Piece(text, -float(rank)) for rank, text in enumerate([*words, *letters])]
    return SentencePieceTokenizer(write_model(SentencePieceModel(found, **changes)))


def tokenizers(folder):
    folder.mkdir()
    yield ByteTokenizer()
    yield ByteTokenizer(["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    yield BPETokenizer.train(["low lower lowest 你好 你好 " * 9], 270)
    for name in ("gpt2", "llama3", "qwen3"):
        (folder / name).mkdir()
        yield load_tokenizer(folder_of(name, folder / name))
    yield pieces()
    yield pieces(add_dummy_prefix=False)
    yield pieces(remove_extra_whitespaces=True)


@pytest.mark.parametrize("number", range(9))
def test_out_and_in_again(number, tmp_path):
    tokenizer = list(tokenizers(tmp_path / "in"))[number]
    file = tmp_path / "m.gguf"
    export_gguf(gguf_run("qwen3", tokenizer, vocab_size=tokenizer.vocab_size + 3), str(file))
    found = load_tokenizer(file)
    for text in TEXTS:
        ids = tokenizer.encode(text, disallowed_special=(), add_beginning=True)
        assert found.encode(text, disallowed_special=(), add_beginning=True) == ids
        assert found.decode(ids) == tokenizer.decode(ids)
    special = "".join(tokenizer.special_tokens)
    assert found.encode(special, "all") == tokenizer.encode(special, "all")
    for about in ("special_tokens", "added_tokens", "end_of_text", "beginning_of_text"):
        assert getattr(found, about) == getattr(tokenizer, about), about
    ends = {tokenizer.special_tokens[name] for name in ("<|im_end|>", "<|eot_id|>")
            if name in tokenizer.special_tokens}    # by which a model of llama.cpp's ends, too
    assert set(found.stop_tokens) == {*tokenizer.stop_tokens, *ends}
    assert found.table.items() >= tokenizer.table.items()
    again = open_model(str(file), "numpy")      # and once more
    export_gguf(again, str(tmp_path / "n.gguf"))
    assert load_tokenizer(tmp_path / "n.gguf").to_dict() == found.to_dict()


GGML = "tokenizer.ggml."


def fields_of(**changes):
    """As llama.cpp's converter writes them for a Qwen."""
    letters = list("abcdefgh") + [to_visible("é".encode())]
    tokens = [*letters, "ab", "abc", "<think>", "<|im_end|>", "<|endoftext|>", "[PAD14]"]
    types = [1] * 11 + [4, 3, 3, 5]
    return {GGML + name: value for name, value in ({
        "model": "gpt2", "pre": "qwen2", "tokens": tokens, "token_type": np.array(types),
        "merges": ["a b", "ab c"], "eos_token_id": 12, "add_bos_token": False} | changes).items()
        if value is not None}


def test_as_llama_cpp_writes_them(tmp_path):
    found = tokenizer_of_fields(tmp_path / "m.gguf", fields_of(), BPETokenizer)
    assert found.encode("abcab<think>") == [10, 9, 11]
    assert found.added_tokens == {"<think>": 11}
    assert (found.end_of_text, found.stop_tokens) == (13, (13, 12))
    assert found.encode("e\u0301") == found.encode("é") == [8] and found.vocab_size == 14
    gpt2 = tokenizer_of_fields(tmp_path / "m.gguf", fields_of(pre="gpt-2"), BPETokenizer)
    assert gpt2.encode("e\u0301") != [8]
    for pre, first in (("llama-bpe", 12), ("gpt-2", None)):     # where the file does not say
        said = fields_of(pre=pre, bos_token_id=12, add_bos_token=None)
        assert tokenizer_of_fields(tmp_path, said, BPETokenizer).beginning_of_text == first


def test_each_digit_by_itself_as_smollm(tmp_path):
    digits = fields_of(pre="smollm", tokens=[*"0123456789", "12", "123", "\u0120"],
                       token_type=None, merges=["1 2", "12 3"], eos_token_id=None)
    assert tokenizer_of_fields(tmp_path, digits, BPETokenizer).encode("123") == [1, 2, 3]
    together = digits | {GGML + "pre": "gpt-2"}
    assert tokenizer_of_fields(tmp_path, together, BPETokenizer).encode("123") == [11]


@pytest.mark.parametrize(("changes", "words"), [
    ({"model": "bert"}, "tokenizer.ggml.model is 'bert'"),
    ({"model": None}, "tokenizer.ggml.model is None"),
    ({"pre": "tekken"}, "tokenizer.ggml.pre is 'tekken'.*these are: gpt-2, llama-bpe, qwen2"),
    ({"tokens": None}, "expected a list of texts tokenizer.ggml.tokens"),
    ({"token_type": np.array([1])}, "a number for each of 15 tokens"),
    ({"merges": None}, "expected tokenizer.ggml.merges to be pairs"),
    ({"merges": ["a b c"]}, "expected tokenizer.ggml.merges to be pairs"),
    ({"merges": ["a x"]}, "not read as byte pairs"),
    ({"tokens": ["a"] * 15}, "the token 'a' has two ids"),
    ({"model": "llama"}, "expected tokenizer.ggml.scores to have a number"),
    ({"model": "llama", "scores": np.zeros(15, np.float32)}, "no vocabulary of SentencePiece"),
    ({"model": "llama", "scores": np.zeros(15, np.float32), "token_type": np.array([9] * 15)},
     "token_type has 9"),
])
def test_what_is_wrong_is_named(changes, words, tmp_path):
    with pytest.raises(ValueError, match=rf"m\.gguf.*{words}"):
        tokenizer_of_fields(tmp_path / "m.gguf", fields_of(**changes), BPETokenizer)


def test_the_chat_template_comes_along(tmp_path):
    tokenizer = ByteTokenizer(["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
    own = ChatTemplate("{{ eos_token }}{% for m in messages %}<{{ m.content }}>{% endfor %}",
                       {"eos_token": "<|endoftext|>"})
    for number, task in enumerate(({"template": "own", "chat_template": own.to_dict()},
                                   {"template": "chatml"}, {})):
        file = tmp_path / f"{number}.gguf"
        export_gguf(gguf_run("qwen3", tokenizer, task), str(file))
        found = template_in(file)
        if not task:
            assert found == {}
            continue
        template = ChatTemplate.from_dict(found["chat_template"])
        expected = own.text(TALK, asks=True) if number == 0 else (
            "<|im_start|>system\nBe brief.<|im_end|>\n<|im_start|>user\n2 + 2?<|im_end|>\n"
            "<|im_start|>assistant\n4.<|im_end|>\n<|im_start|>user\n你好！\n3 + 3?<|im_end|>\n"
            "<|im_start|>assistant\n")
        assert template.text(TALK, asks=True) == expected
        assert open_model(str(file), "numpy").task["template"] == "own"
