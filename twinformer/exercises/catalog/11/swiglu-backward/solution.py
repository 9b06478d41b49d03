"""SwiGLU and its gradient."""
import numpy as np


def sigmoid(x):
    """1 / (1 + exp(-x)); given"""
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-x))


def swiglu(gate, up):
    """h = silu(gate) * up"""
    return gate * sigmoid(gate) * up


def swiglu_backward(dh, gate, up):
    """dh (..., F) -> dgate, dup (..., F)"""
    # <answer>
    s = sigmoid(gate)
    a = gate * s
    return dh * up * (s + a * (1 - s)), dh * a
    # </answer>
