"""Variables: arrays that remember where their numbers came from.

NumPy hands each call that meets a Variable over to it (__array_ufunc__,
__array_function__). The Variable computes the result, and writes down how a
gradient of the result becomes gradients of what went in.
"""
import itertools
import math

import numpy as np

from .moving import CHOOSING, NEW, MovesNumbers, data, move

__all__ = ["Variable", "gradients"]


class Node:
    """A step that was taken. pulls: [(node of an input, dy -> its share)]"""
    numbers = itertools.count()

    def __init__(self, pulls):
        self.pulls, self.number = pulls, next(Node.numbers)


class Variable(MovesNumbers, np.lib.mixins.NDArrayOperatorsMixin):
    """An array on the tape; it has what NumPy code asks of an array."""

    def __init__(self, data, pulls=(), view_of=None):
        self.data, self.node = np.asarray(data), Node(pulls)
        self.view_of = view_of

    def __array_ufunc__(self, ufunc, method, *inputs, out=None, **options):
        if method != "__call__":
            raise NotImplementedError(f"the tape knows {ufunc.__name__}, and "
                                      f"not {ufunc.__name__}.{method}")
        y = calculated(ufunc, inputs, options)
        if out is None:
            return y
        out[0].become(y)  # x += 1: the same name, another number
        return out[0]

    def __array_function__(self, f, types, arguments, options):
        if f is np.clip:
            return calculated(np.clip, arguments, options)
        if f is np.sort:
            x, axis = arguments[0], options.get("axis", arguments[1])
            return np.take_along_axis(x, x.data.argsort(axis), axis)
        if f in CHOOSING:
            return f(*map(data, arguments), **options)
        if f in NEW:
            return Variable(f(*map(data, arguments), **options))
        return move(f, *arguments, **options)

    def sum(self, axis=None, keepdims=False):
        def pull(dy):  # a sum hands its gradient to every term
            if axis is not None and not keepdims:
                dy = np.expand_dims(dy, axis)
            return np.broadcast_to(dy, self.shape)
        y = self.data.sum(axis, keepdims=keepdims)
        return Variable(y, [(self.node, pull)])

    def mean(self, axis=None, keepdims=False):
        total = self.sum(axis, keepdims)
        return total / (self.size / max(1, total.size))

    def max(self, axis, keepdims=False):
        which = self.data.argmax(axis, keepdims=True)
        largest = np.take_along_axis(self, which, axis)
        return largest if keepdims else np.squeeze(largest, axis)


def gradients(y, dy, variables):
    """The gradients of sum(dy * y), one for each of the Variables

    Back to front over all that led to y: once a step has its whole gradient,
    it hands each input its share, and the shares of one input add up.
    """
    steps, ahead = set(), [y.node]
    while ahead:
        node = ahead.pop()
        if node not in steps:
            steps.add(node)
            ahead += [source for source, _ in node.pulls]
    arrived = {y.node: np.asarray(dy)}
    for node in sorted(steps, key=lambda node: node.number, reverse=True):
        for source, pull in node.pulls if node in arrived else ():
            arrived[source] = arrived.get(source, 0) + pull(arrived[node])
    return [arrived.get(v.node, np.zeros_like(v.data)) for v in variables]


def calculated(f, inputs, options):
    """f(*inputs), with for each Variable the slope of y in it"""
    plain = [data(a) for a in inputs]
    y = f(*plain, **options)
    if y.dtype.kind == "b":  # a comparison: no small change moves it
        return y
    if f is np.matmul:  # linear in both: each receives the other one times dy
        a, b = plain
        pulls = (lambda dy: dy @ b.mT), (lambda dy: a.mT @ dy)
    elif f.__name__ in SLOPES:
        pulls = [lambda dy, slope=slope: dy * slope(y, *plain)
                 for slope in SLOPES[f.__name__]]
    else:
        raise NotImplementedError(
            f"the tape does not know the slope of {f.__name__}; "
            "parity_tests/tape/variable.py has a table of them")
    return Variable(y, [
        (a.node, lambda dy, pull=pull, a=a: fit(pull(dy), a.shape))
        for a, pull in zip(inputs, pulls) if isinstance(a, Variable)])


def fit(dy, shape):
    """A number that broadcasting used several times: its gradients add up."""
    dy = dy.sum(tuple(range(dy.ndim - len(shape))))
    spread = tuple(i for i, n in enumerate(shape) if n == 1 < dy.shape[i])
    return dy.sum(spread, keepdims=True)


def share(wins, ties):
    """Of two equal numbers each counts half, as in torch."""
    return wins + 0.5 * ties


# y = f(a, b): the slope of y in a, and in b
SLOPES = {
    "add": (lambda y, a, b: 1, lambda y, a, b: 1),
    "subtract": (lambda y, a, b: 1, lambda y, a, b: -1),
    "multiply": (lambda y, a, b: b, lambda y, a, b: a),
    "divide": (lambda y, a, b: 1 / b, lambda y, a, b: -y / b),
    "power": (lambda y, a, b: b * a ** (b - 1), lambda y, a, b: y * np.log(a)),
    "maximum": (lambda y, a, b: share(a > b, a == b),
                lambda y, a, b: share(b > a, a == b)),
    "minimum": (lambda y, a, b: share(a < b, a == b),
                lambda y, a, b: share(b < a, a == b)),
    "clip": (lambda y, x, low, high: y == x,),
    "negative": (lambda y, x: -1,),
    "absolute": (lambda y, x: np.sign(x),),
    "exp": (lambda y, x: y,),
    "log": (lambda y, x: 1 / x,),
    "log1p": (lambda y, x: 1 / (1 + x),),
    "sqrt": (lambda y, x: 0.5 / y,),
    "tanh": (lambda y, x: 1 - y * y,),
    "erfc": (lambda y, x: -2 / math.sqrt(math.pi) * np.exp(-x * x),),
}
