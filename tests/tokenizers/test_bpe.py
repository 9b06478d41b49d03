"""Byte pairs: what a vocabulary has to be. Ids are compared with tiktoken's in
parity_tests/text/test_bpe.py."""
import pytest

from numpy_impl.text.bpe import BPETokenizer as Encoder


@pytest.mark.parametrize("wrong", [-1, 2**31 - 1, 2**40])
def test_ids_that_no_table_can_hold_are_refused(wrong):
    ranks = {bytes([byte]): byte for byte in range(256)}
    with pytest.raises(ValueError, match="ids must be from 0 to below"):
        Encoder(ranks | {b"ab": wrong})
