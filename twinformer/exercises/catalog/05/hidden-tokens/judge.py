"""The numbers that the reference draws from a seed, and what it makes of them."""
import numpy as np

from twinformer.batches.masking import hide_tokens

MASK, V = 103, 100


def case(source):
    shape = source.size(3), source.whole(1, 6)
    ids, may, seed = source.ids(shape, V), source.mask(shape), source.seed()
    draw = np.random.default_rng(seed)      # in the order of the reference
    draw.random(shape)
    how, random = draw.random(shape), draw.integers(V, size=shape)
    inputs, targets = hide_tokens(ids, may, MASK, V, seed, share=0.7)
    given = {"ids": ids, "asked": targets >= 0, "how": how, "random": random, "mask_id": MASK}
    assert np.array_equal(truth(**given)[0], inputs)    # of the same numbers the same
    return given


def truth(ids, asked, how, random, mask_id):
    inputs = ids.copy()
    for place in np.argwhere(asked):
        lot = how[tuple(place)]
        if lot < 0.8 or lot >= 0.9:
            inputs[tuple(place)] = mask_id if lot < 0.8 else random[tuple(place)]
    return inputs, np.where(asked, ids, -100)
