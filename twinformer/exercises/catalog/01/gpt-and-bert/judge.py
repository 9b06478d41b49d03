"""Counted in what both are really given."""
import numpy as np

from numpy_impl import SlidingWindows, visible_mask
from twinformer.batches.masking import hide_tokens


def truth():
    N = 100
    text = np.arange(N)
    _, targets = SlidingWindows(text, N - 1)[0]
    _, asked = hide_tokens(text[None], np.ones((1, N), bool), N, N, 0)
    return {"gpt_targets": len(targets), "bert_targets": int((asked >= 0).sum()),
            "gpt_sees": int(visible_mask(N, N)[9].sum()), "bert_sees": N}
