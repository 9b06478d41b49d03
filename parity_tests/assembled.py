"""Components that are called with more than numbers: each package is given the
parts that it makes itself, or hands back more than y.
"""
from functools import partial

import numpy as np
import torch

from .component_base import Component
from .finding import found

__all__ = ["Beside", "Mixture", "Pair", "Routing", "Turned", "WithRotary"]


class Beside(Component):
    """A layer that is put beside a Linear: its first three arguments make
    the Linear."""

    def find(self, package, name=""):
        layer = super().find(package, name)
        base = found(package, "layers.linear", "Linear")
        return lambda D, F, bias, *rest: layer(base(D, F, bias), *rest)

    def construction(self, arguments):
        base, rest = arguments[:3], arguments[3:]
        inner = f"Linear({', '.join(map(repr, base))})"
        return f"{self.public}({', '.join([inner, *map(repr, rest)])})"


class Routing(Component):
    """A function that returns (weights, chosen): the weights are y."""

    def find(self, package, name=""):
        f = super().find(package, name)
        if name.endswith("_backward"):
            return f

        def weights(*inputs):
            y, chosen_or_cache = f(*inputs)
            return (y[0], chosen_or_cache) if isinstance(y, tuple) else y
        return weights


class Pair(Component):
    """A function that returns two numbers, or arrays: y is both of them."""

    def find(self, package, name=""):
        f = super().find(package, name)
        if name.endswith("_backward"):
            return lambda dy, cache: f(dy[0], dy[1], cache)

        def stacked(*inputs):
            found = f(*inputs)
            if isinstance(found[0], torch.Tensor):
                return torch.stack(found)
            return np.stack(found[:2]), *found[2:]
        return stacked


class Mixture(Component):
    """Experts behind a router; its arguments make both."""

    def find(self, package, name=""):
        mixture = super().find(package, name)

        def of(room, name):
            return found(package, f"layers.{room}", name)

        def make(expert, D, F, E, bias, shared, rule, options):
            feed_forward = of("gated_feed_forward", expert)
            return mixture(
                of("linear", "Linear")(D, E, bias),
                of("module", "ModuleList")([feed_forward(D, F, bias)
                                            for _ in range(E)]),
                partial(of("router", rule), **options),
                feed_forward(D, F, bias) if shared else None)
        return make

    def construction(self, arguments):
        expert, D, F, E, bias, shared, rule, options = arguments
        options = ", ".join(f"{name}={value!r}" for name, value in options.items())
        feed_forward = f"{expert}({D}, {F}, {bias})"
        return (f"{self.public}(Linear({D}, {E}, {bias}), "
                f"ModuleList([{feed_forward} for _ in range({E})]), "
                f"partial({rule}, {options})"
                + f", {feed_forward}" * shared + ")")


class Turned(Component):
    """Rotary positions: each package makes its own waves of the positions."""

    def find(self, package, name=""):
        rotate = super().find(package, name)
        rotary = found(package, self.room, "Rotary")

        def at_positions(x, positions, dim, theta, interleaved):
            waves = rotary.plain(dim, theta).waves(positions, x)
            return rotate(x, *waves, interleaved)
        return at_positions

    def as_written(self, inputs):
        """With the waves, in the place of what they are made of."""
        rotary = found("numpy_impl", self.room, "Rotary")
        x, positions, dim, theta, interleaved = inputs.values()
        cos, sin = rotary.plain(dim, theta).waves(positions, x)
        return {"x": x, "cos": cos, "sin": sin, "interleaved": interleaved}


class WithRotary(Component):
    """Attention that is given the parts of its own package: rotary positions
    and norms of queries and keys."""

    def find(self, package, name=""):
        layer = super().find(package, name)
        rotary = found(package, "layers.rotary", "Rotary")
        norm = found(package, "layers.rms_norm", "RMSNorm")

        def built(D, H, G, K, theta, interleaved, normed, **options):
            widths = {"heads": (K, K), "all": (H * K, G * K)}.get(normed)
            norms = dict(zip(("q_norm", "k_norm"), map(norm, widths or ()),
                             strict=False))
            turning = theta and rotary.plain(K, theta, interleaved)
            return layer(D, H, G, K, turning or None, **norms, **options)
        return lambda *arguments: built(*arguments[:-1], **dict(arguments[-1]))
