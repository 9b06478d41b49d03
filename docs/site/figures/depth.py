"""What depth does: to gradients, with shortcuts and norms and without, and to rounding errors."""
import functools

import numpy as np

from .chart import Chart
from .labels import label

__all__ = ["errors_by_depth", "gradients_by_depth"]

DEPTH, D, H, T = 24, 32, 4, 12


@functools.cache
def sizes() -> dict[str, list[float]]:
    """The length of the gradient at each block's input, divided by the one at the end."""
    from numpy_impl import PostNormBlock, TransformerBlock

    draw = np.random.default_rng(0)
    x, dy = draw.normal(size=(1, T, D)), draw.normal(size=(1, T, D))
    kinds = {"pre-norm": TransformerBlock, "post-norm": PostNormBlock,
             "no shortcut": TransformerBlock}
    found = {}
    for name, kind in kinds.items():
        more = (4 * D,) if name == "post-norm" else ()
        blocks = [wide(kind(D, H, *more, seed=None).to(np.float64), n) for n in range(DEPTH)]
        found[name] = lengths(blocks, x, dy, name != "no shortcut")
    return found


def wide(block, seed: int):
    """Weights that keep the variance of what they are given."""
    draw = np.random.default_rng(seed + 1)
    for _, array in block.named_parameters():
        if array.ndim == 2:
            array[...] = draw.normal(size=array.shape) / np.sqrt(array.shape[1])
    return block


def lengths(blocks, x, dy, shortcut: bool) -> list[float]:
    caches = []
    for block in blocks:
        if shortcut:
            x, cache = block.forward(x)
        else:
            h, one = block.attention.forward(x)
            x, two = block.feed_forward.forward(h)
            cache = one, two
        caches.append(cache)
    found = [np.linalg.norm(dy)]
    for block, cache in zip(blocks[::-1], caches[::-1]):
        if shortcut:
            dy = block.backward(dy, cache)
        else:
            dh = block.feed_forward.backward(dy, cache[1])
            dy = block.attention.backward(dh, cache[0])
        found.append(np.linalg.norm(dy))
    return [float(length / found[0]) for length in found[::-1]]


def gradients_by_depth(language: str) -> str:
    found = sizes()
    lowest = min(min(lengths) for lengths in found.values())
    highest = max(max(lengths) for lengths in found.values())
    chart = Chart(label("gradients by depth", language), label("depth", language),
                  label("gradient size", language), (0, DEPTH), (lowest / 2, highest * 2), "y",
                  right=210)
    for colour, (name, lengths) in zip("abd", found.items()):
        chart.line(range(DEPTH + 1), lengths, colour)
        chart.drawing.text(chart.inner[2] + 10, 80 + 20 * "abd".index(colour),
                           label(name, language), f"fill-{colour}")
    return chart.svg()


@functools.cache
def errors() -> list[float]:
    """How far each block's output in float32 is from the one in float64, relative to its size."""
    from numpy_impl import TransformerBlock

    x = np.random.default_rng(0).normal(size=(1, T, D))
    single = x.astype(np.float32)
    found = []
    for n in range(DEPTH):
        block = wide(TransformerBlock(D, H, seed=None).to(np.float64), n)
        half = TransformerBlock(D, H, seed=None)
        half.load_state_dict({name: array.astype(np.float32)
                              for name, array in block.state_dict().items()})
        x, _ = block.forward(x)
        single, _ = half.forward(single)
        found.append(float(np.linalg.norm(single - x) / np.linalg.norm(x)))
    return found


def errors_by_depth(language: str) -> str:
    found = errors()
    chart = Chart(label("error by depth", language), label("depth", language),
                  label("relative error", language), (1, DEPTH),
                  (min(found) / 2, max(found) * 3), "y", right=60)
    chart.line(range(1, DEPTH + 1), found, "b")
    eps = float(np.finfo(np.float32).eps)
    chart.line([1, DEPTH], [eps, eps], "a")
    chart.drawing.text(chart.inner[0] + 8, chart.place_y(eps) - 6, f"eps = {eps:.1e}",
                       "fill-a small")
    return chart.svg()
