"""The reference's block, with the same weights, and norms that differ."""
import numpy as np

from numpy_impl import PostNormBlock


def case(source):
    B, T, H, K = (source.size(3) for _ in range(4))
    D = H * (K + 1)
    return {"x": source.numbers((B, T, D)), "n_heads": H, "d_hidden": source.size(5),
            "seed": source.whole(0, 9)}


def run(block, x, n_heads, d_hidden, seed):
    layer = block(x.shape[-1], n_heads, d_hidden)
    layer.reset_parameters(seed, std=0.5)
    layer.to(np.float64)
    layer.norm2.weight[...] = 2.0
    return layer.forward(x)


def truth(x, n_heads, d_hidden, seed):
    def make(*sizes):
        return PostNormBlock(*sizes, activation="gelu", eps=1e-5)
    return run(make, x, n_heads, d_hidden, seed)[0]
