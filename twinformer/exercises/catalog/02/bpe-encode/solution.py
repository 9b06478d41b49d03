"""Encoding by byte pairs: play the merges back, in the order in which they were learned."""
import math


def encode(piece, ranks):
    """piece: bytes; ranks: {token: rank}, all single bytes among them -> list of ranks"""
    # <answer>
    tokens = [piece[i:i + 1] for i in range(len(piece))]
    while len(tokens) > 1:
        pairs = [a + b for a, b in zip(tokens, tokens[1:])]
        best = min(pairs, key=lambda pair: ranks.get(pair, math.inf))
        if best not in ranks:
            break
        i = pairs.index(best)
        tokens[i:i + 2] = [best]
    return [ranks[token] for token in tokens]
    # </answer>
