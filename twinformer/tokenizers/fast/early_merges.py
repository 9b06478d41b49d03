"""Where a character's bytes may not be merged by themselves, beforehand.

BPE starts from bytes, so a Chinese character takes two merges before it can
join another. They are the same ones wherever it stands, unless a merge across
its border interferes. To merge them beforehand is exact where no pair of the
vocabulary can, that is, where every pair that meets at this border

1. joins two whole characters, not the end of one or the start of the other:
   then it has to wait for all merges inside them;
2. has a higher rank than any merge inside them: then, whenever such a merge
   is still to come, the pair would not have been next anyway.

So the merges across borders come in the same order either way, and the merges
inside do not depend on what is beside them.

GPT-2's " \\xe2" breaks the first rule: a space takes the first byte of a dash
before the dash is whole. Borders are told apart by the two bytes that meet
there, which now and then finds one too many, and no harm is done.
"""
import numpy as np

from .bpe_merging import merge_piece
from .pair_ranks import NEVER

__all__ = ["early_merges"]


def early_merges(ranks: dict[bytes, int]) -> np.ndarray:
    """-> (256, 256) bool: [x, y], a pair breaks a rule at a border x | y"""
    early = np.zeros((256, 256), bool)
    last_ranks: dict[str, int] = {}
    for token, rank in ranks.items():
        if token.isascii():
            continue                    # every byte is a whole character
        for cut in range(1, len(token)):
            left, right = token[:cut], token[cut:]
            inside = 0x80 <= right[0] < 0xc0    # of a character: no border
            if inside or left not in ranks or right not in ranks:
                continue
            for character in (left.decode("utf-8", "surrogateescape")[-1],
                              right.decode("utf-8", "surrogateescape")[0]):
                if character not in last_ranks:
                    last_ranks[character] = last_rank(character, ranks)
                if rank < last_ranks[character]:
                    early[left[-1], right[0]] = True
    return early


def last_rank(character: str, ranks: dict[bytes, int]) -> int:
    """The highest rank of the merges inside a character; NEVER where it is
    only a part of one, -1 where there are none"""
    if 0xdc80 <= ord(character) <= 0xdcff:      # a byte that is no UTF-8
        return NEVER
    merged: list[int] = []
    merge_piece(character.encode(), ranks, merged)
    return max(merged, default=-1)
