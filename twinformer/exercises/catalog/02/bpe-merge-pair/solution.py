"""One merge of byte-pair encoding."""


def merge_pair(tokens, a, b):
    """tokens: a list of bytes -> a new list, with a + b for each a before b"""
    # <answer>
    merged, i = [], 0
    while i < len(tokens):
        if tokens[i:i + 2] == [a, b]:
            merged.append(a + b)
            i += 2
        else:
            merged.append(tokens[i])
            i += 1
    return merged
    # </answer>
