"""The heap finds the tokens of the textbook loop."""
from hypothesis import given, strategies as st

from numpy_impl.text.bpe import merge_piece as textbook
from twinformer.tokenizers.fast.bpe_merging import merge_piece

from parity_tests.text.samples import gpt2


@st.composite
def cases(draw):
    """A piece, and tokens made of tokens; their ranks in an order that no
    training would give."""
    tokens = ["a", "b"]
    for _ in range(draw(st.integers(0, 8))):
        tokens.append(draw(st.sampled_from(tokens)) + draw(st.sampled_from(tokens)))
    made = draw(st.permutations(sorted(set(tokens) - {"a", "b"})))
    ranks = {bytes([b]): b for b in range(256)}
    ranks |= {token.encode(): 1000 + 3 * i for i, token in enumerate(made)}
    return "".join(draw(st.lists(st.sampled_from(tokens), max_size=9))).encode(), ranks


@given(cases())
def test_the_heap_equals_the_textbook(case):
    merged: list[int] = []
    assert merge_piece(*case, merged) == textbook(*case)
    assert len(merged) == max(0, len(case[0]) - len(textbook(*case)))


@given(st.binary(max_size=300))
def test_any_bytes_with_the_vocabulary_of_gpt2(piece):
    ranks = gpt2()[0].ranks
    assert merge_piece(piece, ranks) == textbook(piece, ranks)
