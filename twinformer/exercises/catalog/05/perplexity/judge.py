"""A few tokens of one to five bytes."""
import numpy as np

from twinformer.training.evaluation import Evaluation


def case(source):
    n = source.size(5)
    return {"nats": np.abs(source.numbers((n,))).tolist(),
            "sizes": (1 + source.ids((n,), 5)).tolist()}


def truth(nats, sizes):
    found = Evaluation(sum(nats), len(nats), sum(sizes))
    return {name: getattr(found, name)
            for name in ("nats_per_token", "perplexity", "bits_per_byte")}
