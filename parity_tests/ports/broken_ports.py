"""Ports as people write them, each with one mistake that people make, and what is
to be said about it. None shares a line with the reference.
"""
import math

import numpy as np
import torch
from scipy.special import erf

__all__ = ["MISTAKES"]


def softmax(x):
    e = np.exp(x)
    return e / e.sum(axis=-1, keepdims=True)


def softmax_backward(dp, p):
    return p * (dp - np.sum(dp * p, axis=-1, keepdims=True))


class Norm:
    """LayerNorm, right but for what a subclass changes."""

    def __init__(self, dim, eps=1e-5):
        self.eps = eps
        self.weight, self.bias = np.ones(dim), np.zeros(dim)
        self.dweight = self.dbias = 0.0

    def deviation(self, x):
        return np.sqrt(x.var(-1, keepdims=True) + self.eps)

    def forward(self, x):
        s = self.deviation(x)
        z = (x - x.mean(-1, keepdims=True)) / s
        return self.weight * z + self.bias, (z, s)

    def backward(self, dy, cache):
        z, s = cache
        over = tuple(range(dy.ndim - 1))
        self.dweight = self.dweight + np.sum(dy * z, axis=over)
        self.dbias = self.dbias + np.sum(dy, axis=over)
        return self.dx(dy * self.weight, z) / s

    def dx(self, g, z):
        return (g - g.mean(-1, keepdims=True)
                - z * (g * z).mean(-1, keepdims=True))


class UnbiasedVariance(Norm):
    def deviation(self, x):
        n = max(x.shape[-1] - 1, 1)
        centred = x - x.mean(-1, keepdims=True)
        return np.sqrt(np.square(centred).sum(-1, keepdims=True) / n + self.eps)


class EpsOutside(Norm):
    def deviation(self, x):
        return x.std(-1, keepdims=True) + self.eps


class NoMeanPath(Norm):
    def dx(self, g, z):
        return g - z * (g * z).mean(-1, keepdims=True)


class NoVariancePath(Norm):
    def dx(self, g, z):
        return g - g.mean(-1, keepdims=True)


class Overwriting(Norm):
    def backward(self, dy, cache):
        self.dweight = self.dbias = 0.0
        return super().backward(dy, cache)


class WrongSign(Norm):
    def backward(self, dy, cache):
        return -super().backward(dy, cache)


class TransposedLinear(torch.nn.Module):
    def __init__(self, d_in, d_out, bias=True):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.zeros(d_in, d_out))
        self.bias = torch.nn.Parameter(torch.zeros(d_out)) if bias else None

    def forward(self, x):
        y = x @ self.weight
        return y if self.bias is None else y + self.bias


class LastWins:
    def __init__(self, n_tokens, dim):
        self.weight = np.zeros((n_tokens, dim))
        self.grads = {"weight": np.zeros((n_tokens, dim))}

    def forward(self, ids):
        return self.weight[ids], ids

    def backward(self, dy, ids):
        self.grads["weight"][ids] += dy


def erf_gelu(x):
    return x * (1 + erf(x / math.sqrt(2))) / 2


def unscaled_attention(q, k, v, mask):
    scores = torch.where(mask, q @ k.mT, -torch.inf)
    weights = torch.softmax(scores, -1)
    return torch.where(mask.any(-1, keepdim=True), weights, 0.0).nan_to_num() @ v


def mean_for_sum(logits, targets, ignore_index=-100, reduction="mean"):
    if reduction == "none":
        return torch.nn.functional.cross_entropy(
            logits.reshape(-1, logits.shape[-1]), targets.reshape(-1),
            ignore_index=ignore_index, reduction="none").reshape(targets.shape)
    kept = max(1, int((targets != ignore_index).sum()))
    return torch.nn.functional.cross_entropy(
        logits.reshape(-1, logits.shape[-1]), targets.reshape(-1),
        ignore_index=ignore_index, reduction="sum") / kept


def halves(length, dim, base=10000.0):
    angle = np.outer(np.arange(length), base ** (-np.arange(0, dim, 2) / dim))
    return np.concatenate([np.sin(angle), np.cos(angle)], -1)


def undefined(x):
    return np.maximum(x, 0) + not_there  # noqa: F821


def two_arguments(x, axis):
    return x


def in_place(x):
    x /= 1 + np.exp(-x)
    return x


class OtherConstructor(Norm):
    def __init__(self, *, normalized_shape, eps):
        super().__init__(normalized_shape, eps)


class NoCache(Norm):
    def forward(self, x):
        y, self.cache = super().forward(x)
        return y

    def backward(self, dy, cache=None):
        return super().backward(dy, self.cache)


class StateOfItsOwn(Norm):
    def forward(self, x):
        y, self.cache = super().forward(x * 1.0)
        return y, None

    def backward(self, dy, cache):
        return super().backward(dy, self.cache)


class AnotherEps(Norm):
    def __init__(self, dim):
        super().__init__(dim, eps=1e-3)



# (component, {name: what stands under it}, words of the verdict)
MISTAKES = {
    "overflow": ("layers.softmax.softmax", {
        "softmax": softmax, "softmax_backward": softmax_backward},
        "without the largest score subtracted"),
    "unbiased variance": ("layers.norm.LayerNorm", {"LayerNorm": UnbiasedVariance},
                          "unbiased variance"),
    "eps": ("layers.norm.LayerNorm", {"LayerNorm": EpsOutside}, "eps outside the root"),
    "mean path": ("layers.norm.LayerNorm", {"LayerNorm": NoMeanPath},
                  "the path through the mean is missing"),
    "variance path": ("layers.norm.LayerNorm", {"LayerNorm": NoVariancePath},
                      "the path through the variance is missing"),
    "= for +=": ("layers.norm.LayerNorm", {"LayerNorm": Overwriting},
                 "is set, not added to"),
    "sign": ("layers.norm.LayerNorm", {"LayerNorm": WrongSign}, "the sign is dropped"),
    "transposed weight": ("layers.linear.Linear", {"Linear": TransposedLinear},
                          "weights are laid out (outputs, inputs)"),
    "repeated ids": ("layers.embedding.Embedding", {"Embedding": LastWins},
                     "only the last of repeated ids"),
    "erf": ("layers.activations.gelu", {"gelu": erf_gelu},
            "erf GELU in place of the tanh one"),
    "scale": ("layers.attention.attention", {"attention": unscaled_attention},
              "the scale 1/sqrt(K) is missing"),
    "mean for sum": ("training.loss.cross_entropy", {"cross_entropy": mean_for_sum},
                     "a mean"),
    "half-split": ("layers.positions.sinusoidal_positions",
                   {"sinusoidal_positions": halves},
                   "interleaved and half-split pairs are confused"),
    "a line that fails": ("layers.activations.relu", {"relu": undefined},
                          "`return np.maximum(x, 0) + not_there  # noqa: F821`: "
                          "NameError: name 'not_there' is not defined"),
    "another signature": ("layers.softmax.log_softmax", {"log_softmax": two_arguments},
                          "missing 1 required positional argument: 'axis'"),
    "another constructor": ("layers.norm.LayerNorm", {"LayerNorm": OtherConstructor},
                            "TypeError: OtherConstructor.__init__() takes 1 positional "
                            "argument but 2 were given"),
    "no cache": ("layers.norm.LayerNorm", {"LayerNorm": NoCache},
                 "forward returned no cache"),
    "in place": ("layers.activations.silu", {"silu": in_place},
                 "changes its input x in place"),
}
