"""WordPiece learns its pieces as byte-pair encoding does: merge the commonest
pair, repeat. What is different is what it begins with, and how two pieces
make one:

    h ##u ##g    ##u ##g -> ##ug    h ##ug -> hug

The words of Schuster and Nakajima 2012 are more careful: they merge the pair
that makes the text likelier, that is of the largest count(ab) / (count(a)
count(b)). BERT's own trainer was never published; this is what the library
``tokenizers`` does, with one difference: the same text gives the same pieces,
in the same order, at every run and on every machine.
"""
from collections import Counter
from collections.abc import Callable, Iterable

from .bpe_training import learn_merges

__all__ = ["GOES_ON", "learn_pieces"]

GOES_ON = "##"      # in front of a piece that does not begin a word


def learn_pieces(
    texts: Iterable[Iterable[str]], size: int, min_count: int = 2,
    progress: Callable[[int, int], None] | None = None,
) -> list[str]:
    """The pieces in the order of their ids: characters, then merges.

    Of a script with very many characters the commonest are kept, as many as
    leave room for all of them both at the beginning of a word and within.

    Parameters
    ----------
    texts
        The words of each text.
    size
        Of the vocabulary, without special tokens.
    min_count
        Pairs that occur less often are not merged.
    progress
        Called with (merges so far, how many there will be).

    Raises
    ------
    ValueError
        Where size has no room for a single character.
    """
    if size < 2:
        raise ValueError("the vocabulary needs room for at least one "
                         "character, at the beginning of a word and within: "
                         f"2 beside the special tokens, not {size}")
    words: Counter[str] = Counter()
    for text in texts:
        words.update(text)
    kept = commonest_characters(words, size // 2)
    # a word with a character that is not kept will be [UNK] as a whole
    words = Counter({word: n for word, n in words.items()
                     if kept.issuperset(word)})
    begin = sorted(kept)
    go_on = [GOES_ON + c for c in sorted({c for word in words
                                          for c in word[1:]})]
    alphabet = [*begin, *go_on]
    number = {piece: i for i, piece in enumerate(alphabet)}
    spelled = {(number[word[0]], *(number[GOES_ON + c] for c in word[1:])): n
               for word, n in words.items()}
    merges = learn_merges(spelled, size - len(alphabet), min_count, progress,
                          [piece.encode() for piece in alphabet], joined)
    # two merges may give the same piece: it counts once
    return list(dict.fromkeys(
        [*alphabet, *(joined(a, b).decode() for a, b in merges)]))


def commonest_characters(words: Counter[str], number: int) -> set[str]:
    counts: Counter[str] = Counter()
    for word, n in words.items():
        for character in word:
            counts[character] += n
    return set(sorted(counts, key=lambda c: (-counts[c], c))[:number])


def joined(a: bytes, b: bytes) -> bytes:
    return a + b.removeprefix(GOES_ON.encode())
