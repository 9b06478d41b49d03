"""Rows as they are collated."""
from twinformer.batches.collate import collate_instructions


def case(source):
    texts = [(source.ids((source.size(5),), 9) + 1).tolist() for _ in range(source.size(3))]
    return {"ids": collate_instructions(texts, 0)[0], "end": 0}


def truth(ids, end):
    texts = [[int(token) for token in row if token != end] for row in ids]
    return collate_instructions(texts, end)[1]
