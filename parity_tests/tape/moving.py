"""Moving: reshape, x[i], where, concatenate change no number, only its place.
One rule differentiates them all. Run the function on the numbers, then once
more on their addresses: each number of the result then says whose it is, and
its gradient goes there. Where one number went to several places, they add up.

    x          5  7  9        addresses  1  2  3
    y = x[::2]    5  9                      1  3
    dy            a  b        dx            a  0  b

Address 0 is nobody's: a constant. Writing, x[i] = y, is a move as well: of two
arrays into one, which from then on goes by the name of x. Who writes into a
view writes into its array; another view that was taken before keeps the old
numbers, unlike NumPy's.
"""
import operator

import numpy as np

__all__ = ["CHOOSING", "NEW", "MovesNumbers", "data", "move"]

# Which of its arguments hold the numbers that are moved; of others the first
HELD = {np.where: (1, 2), operator.setitem: (0, 2), np.copyto: (0, 1),
        np.put_along_axis: (0, 2)}
MOVING = {np.where, np.concatenate, np.stack, np.split, np.take_along_axis,
          np.broadcast_to, np.reshape, np.repeat, np.tile, np.expand_dims,
          np.squeeze, np.swapaxes, np.transpose, np.copy, np.ravel,
          operator.getitem}
WRITING = {operator.setitem, np.copyto, np.put_along_axis}
# Which, and not how much: no small change moves them
CHOOSING = {np.argsort, np.argmax, np.shape}
# New numbers, in which nothing is remembered
NEW = {np.zeros_like, np.ones_like, np.full_like, np.empty_like}


class MovesNumbers:
    """What an array can do that only moves numbers, or asks about them."""

    shape = property(lambda self: self.data.shape)
    ndim = property(lambda self: self.data.ndim)
    size = property(lambda self: self.data.size)
    dtype = property(lambda self: self.data.dtype)
    T = property(lambda self: move(np.transpose, self))
    mT = property(lambda self: move(np.swapaxes, self, -1, -2))

    def __len__(self):
        return len(self.data)

    def __repr__(self):
        return f"Variable({self.data!r})"

    def __array__(self, *_, **__):
        raise TypeError("a Variable cannot become a plain array, it would "
                        "forget where it came from: take its .data")

    def __getitem__(self, index):
        return move(operator.getitem, self, index)

    def __setitem__(self, index, value):
        move(operator.setitem, self, index, value)

    def reshape(self, *shape):
        return move(np.reshape, self, shape[0] if len(shape) == 1 else shape)

    def swapaxes(self, a, b):
        return move(np.swapaxes, self, a, b)

    def copy(self):
        return move(np.copy, self)

    def become(self, other):
        """Go on as another number, and so does the array that this is a view
        of. The steps that were taken before keep the old one."""
        self.data, self.node = other.data, other.node
        if self.view_of is not None:
            base, addresses = self.view_of
            flat = move(np.copy, move(np.ravel, base))
            flat[addresses.ravel() - 1] = move(np.ravel, self)
            base.become(move(np.reshape, flat, base.shape))


def move(f, *arguments, **options):
    """f(*arguments), which only moves numbers, and the way back"""
    if f not in MOVING | WRITING:
        raise NotImplementedError(
            f"the tape does not know {f.__name__}; if it only moves numbers, "
            "name it in parity_tests/tape/moving.py")
    sources, end, kind = [], 1, None

    def address(a):
        nonlocal end, kind
        if isinstance(a, list | tuple):
            return [address(part) for part in a]
        if not is_variable(a):
            return np.zeros(np.shape(a), int)
        sources.append((a.node, a.shape, slice(end, end + a.size)))
        end, kind = end + a.size, type(a)
        return np.arange(end - a.size, end).reshape(a.shape)

    held = HELD.get(f, (0,))
    addresses = [address(a) if i in held else a
                 for i, a in enumerate(arguments)]
    if f in WRITING:
        y, places = (written(f, *given, **options) for given in
                     (map(data, arguments), addresses))
        arguments[0].become(kind(y, ways_back(sources, places, end)))
        return None
    y, places = (f(*given, **options) for given in
                 (map(data, arguments), addresses))

    def remembered(y, places):
        base = arguments[0]
        is_view = is_variable(base) and np.may_share_memory(y, base.data)
        return kind(y, ways_back(sources, places, end),
                    (base, places) if is_view else None)

    if isinstance(y, list | tuple):  # of split
        return [remembered(*part) for part in zip(y, places, strict=True)]
    return remembered(y, places)


def ways_back(sources, places, end):
    """[(node of a source, dy -> its gradient)]"""
    def way(node, shape, own):
        def pull(dy):
            arrived = np.bincount(places.ravel(), dy.ravel(), end)
            return arrived[own].reshape(shape)
        return node, pull
    return [way(*source) for source in sources]


def written(f, target, *arguments, **options):
    target = target.copy()
    f(target, *arguments, **options)
    return target


def is_variable(a):
    return hasattr(a, "node")


def data(a):
    """The numbers alone; of a list of arrays, those of each"""
    if isinstance(a, list | tuple) and any(map(is_variable, a)):
        return [data(part) for part in a]
    return a.data if is_variable(a) else a
