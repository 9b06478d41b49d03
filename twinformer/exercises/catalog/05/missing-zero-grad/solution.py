"""A line, fitted by gradient descent."""
import numpy as np


def train(x, y, steps, rate):
    """x (N, D), y (N,) -> weights (D,) after so many steps, from 0"""
    w, gradient = np.zeros(x.shape[1]), np.zeros(x.shape[1])
    for _ in range(steps):
        error = x @ w - y
        gradient[...] = 0
        gradient += x.T @ error / len(x)
        w -= rate * gradient
    return w
