"""One tokenizer of every kind that needs no files."""
import json

import pytest

from numpy_impl.text.bpe import BPETokenizer
from twinformer.tokenizers.byte_tokenizer import ByteTokenizer
from twinformer.tokenizers.characters import CharacterTokenizer
from twinformer.tokenizers.wordpiece import WordPiece
from twinformer.tokenizers.huggingface_tokenizer import HuggingFaceTokenizer
from twinformer.tokenizers.vocabulary import TextMarks
from twinformer.tokenizers.words import SimpleTokenizerV1, SimpleTokenizerV2

from tests.tokenizers.standins import standin

TEXT = "She said, \u201cna\u00efve \u4f60\u597d!\u201d -- (is it?) low lower lowest " * 3
TOKENIZERS = [
    CharacterTokenizer.from_text(TEXT, ["<|endoftext|>"]), ByteTokenizer(),
    ByteTokenizer(["<s>", "</s>"]).with_marks(TextMarks(256, 257, (256,))),
    SimpleTokenizerV1.from_text(TEXT), SimpleTokenizerV2.from_text(TEXT),
    WordPiece.train(TEXT, 50), BPETokenizer.train(TEXT, 290),
    BPETokenizer({bytes([b]): 2 * b for b in range(256)}, r"\S+|\s+", {"<|s|>": 777}),
    BPETokenizer({bytes([b]): b for b in range(256)}, "qwen", {"<|s|>": 257, "</s>": 258}, "NFC",
                 {"She": 256}, TextMarks(257, None, (258, 257))),
    HuggingFaceTokenizer(json.loads(standin("gemma3").to_str())),
]
any_tokenizer = pytest.mark.parametrize("tokenizer", TOKENIZERS, ids=lambda t: t.kind)
