"""Learning byte pairs: merge the commonest pair, and again."""
from collections import Counter


def merged(tokens, a, b):
    """A list with a + b for each a before b; given."""
    found, i = [], 0
    while i < len(tokens):
        step = 2 if tokens[i:i + 2] == [a, b] else 1
        found.append(b"".join(tokens[i:i + step]))
        i += step
    return found


def learn_merges(words, n_merges):
    """words: {bytes: count} -> [(a, b), ...], in the order of the merges"""
    # <answer>
    split = {word: [word[i:i + 1] for i in range(len(word))] for word in words}
    merges = []
    while len(merges) < n_merges:
        counts = Counter()
        for word, tokens in split.items():
            for pair in zip(tokens, tokens[1:]):
                counts[pair] += words[word]
        if not counts:
            break
        best = max(counts, key=lambda pair: (counts[pair], pair))
        if counts[best] < 2:
            break
        merges.append(best)
        for word, tokens in split.items():
            split[word] = merged(tokens, *best)
    return merges
    # </answer>
