"""Words of two letters, and merges of what was there before."""
from numpy_impl.text.bpe import merge_piece


def case(source):
    tokens = [b"a", b"b"]
    for _ in range(source.size(5)):
        new = source.choice(tokens) + source.choice(tokens)
        if new not in tokens and len(new) < 6:
            tokens.append(new)
    letters = source.ids((source.whole(1, 2 + source.cap),), 2)
    return {"piece": b"".join(b"ab"[i:i + 1] for i in letters),
            "ranks": {token: rank for rank, token in enumerate(tokens)}}


def truth(piece, ranks):
    return merge_piece(piece, ranks)
