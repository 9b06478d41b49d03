"""The scan and the heap find the same tokens, those of the plain algorithm."""
from hypothesis import given, strategies as st

from twinformer.tokenizers.fast import bpe_merging
from twinformer.tokenizers.fast.bpe_merging import merge_piece

from parity_tests.text.samples import gpt2


def naive_merge(piece, ranks):
    tokens = [bytes([b]) for b in piece]
    while True:
        found = [(ranks[a + b], i) for i, (a, b) in enumerate(zip(tokens, tokens[1:]))
                 if a + b in ranks]
        if not found:
            return [ranks[token] for token in tokens]
        _, i = min(found)
        tokens[i:i + 2] = [tokens[i] + tokens[i + 1]]


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
def test_scan_and_heap_equal_the_plain_algorithm(case):
    expected = naive_merge(*case)
    assert bpe_merging._merge_by_scan(*case) == expected
    assert bpe_merging._merge_by_heap(*case) == expected


@given(st.binary(max_size=300))
def test_any_bytes_with_the_vocabulary_of_gpt2(piece):
    ranks = gpt2()[0].ranks
    assert merge_piece(piece, ranks) == naive_merge(piece, ranks)
