"""The gradient of a weight that is embedding and output layer at once."""
import numpy as np


def tied_gradient(ids, dh, z, dlogits):
    """ids (B, T), dh and z (B, T, D), dlogits (B, T, V) -> dweight (V, D)"""
    V, D = dlogits.shape[-1], z.shape[-1]
    # <answer>
    dweight = dlogits.reshape(-1, V).T @ z.reshape(-1, D)
    np.add.at(dweight, ids, dh)
    return dweight
    # </answer>
