"""Words of two letters, and merges of what was there before."""
from numpy_impl.text.bpe import merge_piece


def case(source):
    tokens = [b"a", b"b"]
    for _ in range(source.whole(1, 1 + 2 * source.cap)):
        new = source.choice(tokens) + source.choice(tokens)
        if new not in tokens and len(new) < 6:
            tokens.append(new)
    if source.choice([False] * 7 + [True]):     # where the longest token is not what merges give
        tokens = [b"a", b"b", b"ab", b"bb", b"bba", b"abba"]
    letters = source.ids((source.whole(1, 2 + source.cap),), 2)
    return {"piece": b"".join(b"ab"[i:i + 1] for i in letters),
            "ranks": {token: rank for rank, token in enumerate(tokens)}}


def truth(piece, ranks):
    return merge_piece(piece, ranks)
