"""[CLS] a [SEP] b [SEP], and where the ids come from."""
import pytest

from twinformer.batches.bert_tokens import BertTokens, one_text, two_texts

TOKENS = BertTokens(cls=101, sep=102, mask=103, pad=0)


def test_rows():
    assert one_text([7, 8], TOKENS) == [101, 7, 8, 102]
    assert two_texts([7, 8], [9], TOKENS) == ([101, 7, 8, 102, 9, 102], [0, 0, 0, 0, 1, 1])


def test_the_ids_are_a_tokenizers():
    special = {"[PAD]": 0, "[UNK]": 100, "[CLS]": 101, "[SEP]": 102, "[MASK]": 103}
    assert BertTokens.of(special) == TOKENS
    del special["[MASK]"], special["[PAD]"]
    with pytest.raises(ValueError, match=r"this tokenizer has no \[MASK\], \[PAD\]"):
        BertTokens.of(special)
