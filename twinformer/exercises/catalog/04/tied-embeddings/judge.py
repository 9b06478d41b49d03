"""The reference's embedding and output layer, which share their weight."""
import numpy as np

from numpy_impl import Embedding, Linear


def case(source):
    B, T, D, V = (source.size(3) for _ in range(4))
    return {"ids": source.ids((B, T), V), "dh": source.numbers((B, T, D)),
            "z": source.numbers((B, T, D)), "dlogits": source.numbers((B, T, V))}


def truth(ids, dh, z, dlogits):
    V, D = dlogits.shape[-1], z.shape[-1]
    table = Embedding(V, D).to(np.float64)
    head = Linear(D, V, bias=False).to(np.float64)
    head.share("weight", table)
    table.backward(dh, ids)
    head.backward(dlogits, head.forward(z)[1])
    return table.grads["weight"]
