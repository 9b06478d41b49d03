"""The same steps by the reference's layer and optimizer."""
import numpy as np

from numpy_impl import SGD, Linear


def case(source):
    N, D = source.size(4), source.size(3)
    return {"x": source.numbers((N, D)), "y": source.numbers((N,)),
            "steps": source.whole(2, 4), "rate": 0.125}


def truth(x, y, steps, rate):
    layer = Linear(x.shape[1], 1, bias=False, seed=None).to(np.float64)
    optimizer = SGD(layer)
    for _ in range(steps):
        out, cache = layer.forward(x)
        layer.zero_grad()
        layer.backward((out - y[:, None]) / len(x), cache)
        optimizer.step(rate)
    return layer.weight[0]
