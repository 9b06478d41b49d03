"""Counted in GPT-2's own layer, and in its mask."""
import math

from numpy_impl import MultiHeadAttention, causal_mask
from twinformer import preset


def truth():
    config = preset("gpt2")
    layer = MultiHeadAttention(config.d_model, config.n_heads, seed=None)
    B, T = 8, 256
    return {"head_width": config.d_model // config.n_heads,
            "weights": math.prod((B, config.n_heads, T, T)),
            "qkv_parameters": sum(array.size for array in layer.qkv.parameters()),
            "visible_pairs": int(causal_mask(T, T).sum())}
