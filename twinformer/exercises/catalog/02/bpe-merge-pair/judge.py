"""Short words of two letters, or three, in which a pair comes often, and overlaps itself."""
from numpy_impl.text.bpe import merge_pair

LETTERS = b"abc"


def case(source):
    n = source.whole(1, 2 * source.cap)
    letters = [LETTERS[i:i + 1] for i in source.ids((n,), source.choice([2, 3]))]
    a, b = (source.choice([b"a", b"b", b"c"]) for _ in range(2))
    return {"tokens": letters, "a": a, "b": b}


def truth(tokens, a, b):
    merged = list(tokens)
    merge_pair(merged, a, b)    # the reference's works in place
    return merged
