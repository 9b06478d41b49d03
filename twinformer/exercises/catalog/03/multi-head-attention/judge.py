"""The reference's layer, with these weights and no offsets."""
import numpy as np

from numpy_impl import MultiHeadAttention


def case(source):
    B, T, H, K = (source.size(3) for _ in range(4))
    D = H * K
    return {"x": source.numbers((B, T, D)), "qkv": source.numbers((3 * D, D)) / 2,
            "out": source.numbers((D, D)), "n_heads": H}


def truth(x, qkv, out, n_heads):
    layer = MultiHeadAttention(x.shape[-1], n_heads, qkv_bias=False, seed=None).to(np.float64)
    layer.qkv.weight[...], layer.out.weight[...] = qkv, out
    return layer.forward(x)[0]
