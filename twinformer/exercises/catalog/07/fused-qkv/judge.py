"""Read off what the reference's Linears compute."""
import numpy as np

from numpy_impl import Linear


def case(source):
    D = source.size(4)
    weights = {name: source.numbers((D, D)) for name in ("wq", "wk", "wv")}
    return weights | {name: source.numbers((D,)) for name in ("bq", "bk", "bv")}


def truth(wq, wk, wv, bq, bk, bv):
    found = []
    for weight, bias in ((wq, bq), (wk, bk), (wv, bv)):
        layer = Linear(*weight.shape, seed=None).to(np.float64)
        layer.weight[...], layer.bias[...] = weight, bias
        at_zero = layer.forward(np.zeros((1, len(weight))))[0]
        found.append((layer.forward(np.eye(len(weight)))[0] - at_zero, at_zero[0]))
    slopes, offsets = zip(*found)
    return np.concatenate(slopes, -1).T, np.concatenate(offsets)
