"""A few short words, some of them often."""
from numpy_impl.text.bpe import learn_merges


def case(source):
    words = {}
    for _ in range(source.size(4)):
        letters = source.ids((source.whole(1, 1 + source.cap),), 3)
        words[b"".join(b"abc"[i:i + 1] for i in letters)] = source.whole(1, 3)
    return {"words": words, "n_merges": source.whole(1, 4)}


def truth(words, n_merges):
    return learn_merges(words, n_merges, 2)
