"""The context: what a forward pass is given besides the numbers themselves.

A model builds one for each of its blocks and every layer hands it on to the
layers inside it, unopened. A layer takes from it what it needs, so that a new
kind of model adds a field here, and no argument to every layer.

Shapes: B batch, T positions, S key positions, P positions that are read.
"""
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

__all__ = ["EMPTY", "Context"]


@dataclass(frozen=True, kw_only=True)
class Context:
    """How one layer is to be run, this time. All fields may be left out.

    Attributes
    ----------
    keep
        Where dropout takes its masks from: keep(shape, rate) is True for what
        is kept. None: NumPy drops nothing out; torch drops out while training,
        with masks from its own generator.
    mask
        Who may attend to whom, (T, S) or (B, T, S), True = may. None = every
        position to itself and to those before it, of its document. A window
        narrows a mask, documents do not: who gives one has said all.
    kv_cache
        The KVCache of this layer: x continues the tokens that are in it.
    positions
        Where each token stands in its text: (B, T), or a slice where that is
        the same for the whole batch. None = x begins at position 0.
    documents
        (B, T): which document each token belongs to; it attends to no other.
        Negative = padding, which sees nobody and is seen by nobody. None =
        one document.
    read
        The positions whose output is wanted, (B, P). None = all.
    balance
        The LoadBalance that every mixture of experts tells whom it chose, so
        that a loss can keep its experts evenly used. None = nobody is told.
    qk_clip
        The QKClip that every attention tells its queries and keys, so that
        heads whose scores grow too large are held back. None = nobody is told.
    """

    keep: Callable | None = None
    mask: Any = None
    kv_cache: Any = None
    positions: Any = None
    documents: Any = None
    read: Any = None
    balance: Any = None
    qk_clip: Any = None


EMPTY = Context()
