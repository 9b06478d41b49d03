"""Monte Carlo arithmetic: torch, every operation of which errs at random as
rounding does (Parker 1997; Denis et al. 2016, "Verificarlo"),

    fl(a op b) = (a op b) (1 + size xi),      xi ~ normal(0, 1)

which with size = eps is the standard model of floating-point arithmetic. A sum
or matrix product of n terms has an error in each of its terms, as its inputs
are disturbed too, by sqrt(n) as much: it may be added up in any order, and then
accumulates n roundings, which grow like a random walk (Higham and Mary 2019,
SIAM J. Sci. Comput. 41).
"""
import functools

import torch
from torch.utils._python_dispatch import TorchDispatchMode

__all__ = ["RoundingErrors"]

# Operations that compute nothing
COPIES = {"clone", "detach", "_to_copy", "zeros", "ones", "zeros_like", "full",
          "ones_like", "new_zeros", "copy_", "zero_", "fill_", "where", "cat",
          "slice_backward", "select_backward", "masked_fill", "index", "amax",
          "maximum"}

# Operations that add up: name -> how many terms, from (inputs, output)
SUMS = {
    "mm": lambda a, y: a[0].shape[-1],
    "bmm": lambda a, y: a[0].shape[-1],
    "addmm": lambda a, y: a[1].shape[-1],
    "sum": lambda a, y: a[0].numel() / max(y.numel(), 1),
    "mean": lambda a, y: a[0].numel() / max(y.numel(), 1),
    "embedding_dense_backward": lambda a, y: a[1].numel(),
    # torch's fused kernels: the longest sum inside
    "native_layer_norm": lambda a, y: a[1][-1],
    "native_layer_norm_backward": lambda a, y: a[0].numel(),
    "_scaled_dot_product_flash_attention_for_cpu":
        lambda a, y: max(a[1].shape[-2:]),
    "_scaled_dot_product_flash_attention_for_cpu_backward":
        lambda a, y: max(a[2].shape[-2:]),
}
# x[ids] sends gradients back by a sum onto zeros, under either of these names
INDEXED_SUMS = {"_index_put_impl_", "index_put"}


class RoundingErrors(TorchDispatchMode):
    """A context in which every torch operation errs at random by `size`.

    size : float
        Standard deviation of the relative error of one operation.
    seed : int
        The same seed, the same errors.
    tiny : float
        Absolute error of a number that is not 0: underflow.
    """

    def __init__(self, size: float, seed: int, tiny: float = 0.0):
        super().__init__()
        self.size, self.tiny = size, tiny
        self.generator = torch.Generator().manual_seed(seed)

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        name, is_view, is_in_place = facts(function)
        if name in INDEXED_SUMS:
            terms = max(ids.numel() for ids in args[1] if ids is not None)
            size = self.size * terms ** 0.5
            args = (*args[:2], self.disturbed(args[2], size), *args[3:])
        y = function(*args, **(kwargs or {}))
        if is_view:
            return y  # nothing was computed
        if name in SUMS:
            size = self.size * SUMS[name](args, y) ** 0.5
            args = [self.disturbed(a, size) for a in args]
            y = function(*args, **(kwargs or {}))
        if is_in_place:
            return y.copy_(self.disturbed(y, self.size))
        if isinstance(y, tuple | list):
            return type(y)(self.disturbed(a, self.size) for a in y)
        return self.disturbed(y, self.size)

    def disturbed(self, a, size):
        if not isinstance(a, torch.Tensor) or not a.is_floating_point():
            return a
        xi = torch.randn(a.shape, generator=self.generator, dtype=a.dtype)
        underflow = xi * a.sign() * self.tiny if self.tiny else 0.0
        return xi.mul_(size).add_(1).mul_(a).add_(underflow)  # inf stays inf


@functools.cache
def facts(function):
    """An operation's name, whether it makes a view, whether it writes."""
    name = function._schema.name.removeprefix("aten::")
    aliases = [r.alias_info for r in function._schema.returns if r.alias_info]
    is_view = any(not alias.is_write for alias in aliases)
    return name, is_view or name in COPIES, bool(aliases)
