"""All at once, in bytes or in characters: the tokens of the plain algorithm."""
import numpy as np
from hypothesis import example, given, strategies as st

from twinformer.tokenizers.fast.bpe_batches import BatchMerger
from twinformer.tokenizers.fast.bpe_merging import merge_piece

from parity_tests.text.samples import gpt2, real_text
from numpy_impl.text.bpe import merge_piece as naive_merge

CHARACTERS = "ab\u00e9\u00ea\u4f60\u4f61\u597d\uac00\U0001f937"


def pieces(**size):
    return st.lists(st.text(CHARACTERS, max_size=9), **size)


@st.composite
def vocabularies(draw):
    """Tokens made of tokens, across characters too, in any order of ranks."""
    tokens = [bytes([byte]) for byte in sorted(set(CHARACTERS.encode()))]
    text = "".join(
        draw(pieces(min_size=1, max_size=4))).encode()
    made = set()
    for _ in range(draw(st.integers(0, 12))):       # cut from text, so that it occurs
        start = draw(st.integers(0, max(0, len(text) - 2)))
        stop = draw(st.integers(start + 2, start + 7))
        made.add(text[start:stop])
    made = [token for token in made if len(token) > 1]
    for token in list(made):                        # and ways to get there
        cut = draw(st.integers(1, len(token) - 1))
        made += [part for part in (token[:cut], token[cut:]) if len(part) > 1]
    made = draw(st.permutations(sorted(set(made) - set(tokens))))
    ranks = {bytes([byte]): byte for byte in range(256)}
    return ranks | {token: 1000 + 3 * i for i, token in enumerate(made)}, text.decode()


def check(ranks, some):
    merger = BatchMerger(ranks)
    for _ in range(2):      # the second time, all characters are known
        ids, ends = merger.merge(some)
        found = [part.tolist() for part in np.split(ids, ends)[:-1]]
        assert found == [naive_merge(piece.encode(), ranks) for piece in some]


@given(vocabularies(), pieces())
@example(({bytes([b]): b for b in range(256)} | {
    b"\xe4\xbd": 302, b"\xe4\xbd\xa0": 303, b"a\xe4": 300, b"a\xe4\xbd": 301}, ""), ["a\u4f60"])
@example(({bytes([b]): b for b in range(256)} | {       # a pair that comes too early
    b"\xe4\xbd": 301, b"\xe4\xbd\xa0": 303, b"ab": 302, "b\u4f60".encode(): 300}, ""),
    ["ab\u4f60"])
def test_any_vocabulary(vocabulary, some):
    ranks, text = vocabulary
    check(ranks, [*some, text])


@given(st.lists(st.text(max_size=30), max_size=9))
def test_any_text_with_the_vocabulary_of_gpt2(some):
    tokenizer, _ = gpt2()
    ids, ends = tokenizer.cache.batches.merge(some)
    found = [part.tolist() for part in np.split(ids, ends)[:-1]]
    assert found == [merge_piece(piece.encode(), tokenizer.ranks) for piece in some]


def test_every_line_of_poems_as_one_piece():
    tokenizer, _ = gpt2()
    some = real_text("chinese/tangshi300.json").splitlines()
    ids, ends = tokenizer.cache.batches.merge(some)
    assert [part.tolist() for part in np.split(ids, ends)[:-1]] == [
        merge_piece(piece.encode(), tokenizer.ranks) for piece in some]
