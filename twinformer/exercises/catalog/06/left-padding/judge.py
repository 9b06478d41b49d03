"""As generation does it, whose padding is token 0."""
from twinformer.generation.left_padding import left_padded, places


def case(source):
    rows = [1 + source.ids((source.size(5),), 9) for _ in range(source.size(3))]
    return {"prompts": [row.tolist() for row in rows], "pad_id": 0}


def truth(prompts, pad_id):
    ids, padding = left_padded(prompts, 10, 100)
    where = places(padding, 0, ids.shape[1])
    return ids, where["positions"], where["documents"] >= 0
