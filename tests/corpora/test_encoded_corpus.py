import numpy as np
import pytest
from hypothesis import given, strategies as st

import numpy_impl.text.bpe as ours
import torch_impl.text.bpe as theirs
from twinformer.tokenizers.byte_tokenizer import ByteTokenizer
from twinformer.tokenizers.characters import CharacterTokenizer
from twinformer.corpora.encoded_corpus import encode_corpus, token_dtype
from twinformer.io.surrogates import repair_surrogates
from twinformer.tokenizers.vocabulary import TextMarks

from parity_tests.text.samples import error_of, texts

DOCUMENTS = ["", "one <|endoftext|> two", "\u4f60\u597d " * 900, "", "low lower lowest " * 900] * 3


@given(st.lists(texts().map(repair_surrogates), max_size=4))
def test_every_document_ends_with_end_of_text(documents):
    tokenizer = ByteTokenizer()
    ids = encode_corpus(tokenizer, iter(documents))
    assert ids.dtype == np.uint16
    assert bytes(ids[ids < 256].astype(np.uint8)) == "".join(documents).encode()
    ends = np.cumsum([len(text.encode()) + 1 for text in documents]) - 1
    assert np.flatnonzero(ids == 256).tolist() == [int(end) for end in ends]


def test_a_beginning_stands_in_front_of_every_document():
    tokenizer = ByteTokenizer(["<s>", "</s>"]).with_marks(TextMarks(beginning=256))
    assert encode_corpus(tokenizer, ["ab", "", "b"]).tolist() == [
        256, 97, 98, 257, 256, 257, 256, 98, 257]


def test_without_end_of_text_documents_are_joined():
    tokenizer = CharacterTokenizer.from_text("ab")
    assert encode_corpus(tokenizer, ["ab", "", "b"]).tolist() == [0, 1, 1]


def test_both_packages_and_any_number_of_processes():
    tokenizer = ours.BPETokenizer.train(DOCUMENTS, 280)
    twin = theirs.BPETokenizer.from_dict(tokenizer.to_dict())
    expected = encode_corpus(tokenizer, DOCUMENTS)
    for BPE, processes in ((tokenizer, 2), (twin, 1), (twin, 2)):
        np.testing.assert_array_equal(encode_corpus(BPE, DOCUMENTS, processes), expected)
    assert "processes" in error_of(encode_corpus, tokenizer, DOCUMENTS, 0)


def test_the_smallest_dtype_that_holds_every_id():
    assert token_dtype(65_536) == np.uint16 and token_dtype(65_537) == np.uint32
    with pytest.raises(TypeError, match=r"\[text\]"):
        encode_corpus(ByteTokenizer(), "one text")
