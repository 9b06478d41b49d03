"""Texts of unlike lengths; of some the answer is a single token, or none."""
from twinformer.batches.collate import collate_instructions


def case(source):
    texts = [(source.ids((source.size(6),), 9) + 1).tolist() for _ in range(source.size(3))]
    return {"texts": texts, "end": 0,
            "prompt_lengths": [source.whole(1, len(text)) for text in texts]}


def truth(texts, end, prompt_lengths):
    return collate_instructions(texts, end, prompt_lengths=prompt_lengths)
