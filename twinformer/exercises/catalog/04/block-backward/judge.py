"""The reference's block, with the same first weights."""
import numpy as np

from numpy_impl import TransformerBlock


def case(source):
    B, T, H, K = (source.size(3) for _ in range(4))
    shape = (B, T, H * K)
    return {"x": source.numbers(shape), "dy": source.numbers(shape), "n_heads": H,
            "seed": source.whole(0, 9)}


def run(block, x, dy, n_heads, seed):
    """y, dx, and the gradient of every parameter"""
    layer = block(x.shape[-1], n_heads)
    layer.reset_parameters(seed, std=0.5)
    layer.to(np.float64)
    y, cache = layer.forward(x)
    dx = layer.backward(dy, cache)
    return y, dx, dict(layer.named_gradients())


def truth(**given):
    return run(TransformerBlock, **given)
