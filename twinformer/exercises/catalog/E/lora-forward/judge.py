"""The reference's layer, beside a Linear without offset."""
import numpy as np

from numpy_impl import Linear, LoRALinear


def case(source):
    N, D, F, R = (source.size(4) for _ in range(4))
    return {"x": source.numbers((N, D)), "W": source.numbers((F, D)),
            "A": source.numbers((R, D)), "B": source.numbers((F, R)),
            "alpha": source.choice([1.0, 8.0])}


def truth(x, W, A, B, alpha):
    base = Linear(*W.shape[::-1], bias=False, seed=None).to(np.float64)
    base.weight[...] = W
    layer = LoRALinear(base, len(A), alpha)
    layer.A[...], layer.B[...] = A, B
    return layer.forward(x)[0]
