"""The reference's layer, beside a frozen Linear."""
import numpy as np

from numpy_impl import Linear, LoRALinear


def case(source):
    N, D, F, R = (source.size(4) for _ in range(4))
    return {"dy": source.numbers((N, F)), "x": source.numbers((N, D)),
            "W": source.numbers((F, D)), "A": source.numbers((R, D)),
            "B": source.numbers((F, R)), "alpha": source.choice([1.0, 8.0])}


def truth(dy, x, W, A, B, alpha):
    base = Linear(*W.shape[::-1], bias=False, seed=None).to(np.float64)
    base.weight[...] = W
    layer = LoRALinear(base, len(A), alpha)
    layer.A[...], layer.B[...] = A, B
    dx = layer.backward(dy, layer.forward(x)[1])
    return dx, layer.grads["A"], layer.grads["B"]
