"""The merges of a byte-pair vocabulary, played back from its ids.

A tokenizer.json lists them; our vocabularies, as those of tiktoken, have the
ids alone, which are in the order of the merges.
"""
from collections.abc import Sequence

from ..byte_alphabet import from_visible, to_visible
from ..fast.bpe_merging import merge_piece

__all__ = ["check_merges", "merges_of"]


def merges_of(ranks: dict[bytes, int]) -> list[tuple[bytes, bytes]]:
    """The pair that each token was merged from, in the order of the ranks.

    It is what merging makes of the token's bytes while the token itself is
    not known yet. Where that is no pair (in a vocabulary that was not made
    by training), all the pairs that give the token stand in its place.
    """
    lower: dict[bytes, int] = {}
    tokens: list[bytes] = []
    merges = []
    for token, _ in sorted(ranks.items(), key=lambda item: item[1]):
        if len(token) > 1:
            parts = [tokens[i] for i in merge_piece(token, lower)]
            if len(parts) == 2:
                merges.append((parts[0], parts[1]))
            else:
                merges += [(token[:i], token[i:]) for i in range(
                    1, len(token)) if {token[:i], token[i:]} <= ranks.keys()]
        lower[token] = len(tokens)
        tokens.append(token)
    return merges


def check_merges(ranks: dict[bytes, int],
                 merges: Sequence[tuple[str, ...]]) -> None:
    """ValueError where a file's merges are not those of its ids' order.

    They are played back from the ids (merges_of). A token without a merge
    would be one id here, and never come there.
    """
    order = [ranks[from_visible(a + b)] for a, b in merges]
    if order != sorted(order):
        raise ValueError("its ids are not in the order of its merges")
    given = set(merges)
    for a, b in merges_of(ranks):
        if (to_visible(a), to_visible(b)) not in given:
            raise ValueError(f"its ids make {to_visible(a + b)!r} of "
                             f"{to_visible(a)!r} and {to_visible(b)!r}, and "
                             "its merges do not")
    made = set(order)
    if unmade := [token for token, i in ranks.items()
                  if len(token) > 1 and i not in made]:
        raise ValueError(f"its token {to_visible(unmade[0])!r} comes from no "
                         "merge")
