"""What goes into attention of every form, and into the blocks around it."""
import numpy as np

from .layers import leading

__all__ = ["attention", "causal", "documents", "grouped", "grouped_layer",
           "post_norm", "several_heads", "simple", "single_head", "tiled",
           "transformer", "who_attends", "who_is_read", "windowed"]


def attention(source):
    axes, K = leading(source, 2), source.size(5)
    T, S = source.size(7), source.size(7)
    inputs = {"q": source.numbers((*axes, T, K)),
              "k": source.numbers((*axes, S, K)),
              "v": source.numbers((*axes, S, K)),
              "mask": source.mask((T, S))}
    drop = source.choice([{}, {"keep": source.seed(), "rate": 0.3}])
    return (), inputs, (*axes, T, K), drop


def heads_of(source):
    """H query heads, and G of keys and values that they share."""
    G = source.size(3)
    return G * source.choice([1, 2, 3]), G


def softcaps(source):
    return source.choice([None, None, 0.5, 30.0])


def grouped(source):
    B, K, T, S = map(source.size, (3, 5, 6, 7))
    H, G = heads_of(source)
    inputs = {"q": source.numbers((B, H, T, K)),
              "k": source.numbers((B, G, S, K)),
              "v": source.numbers((B, G, S, K)),
              "mask": source.choice([None, source.mask((T, S)),
                                     source.mask((B, 1, T, S))]),
              "scale": source.choice([None, 0.3]), "softcap": softcaps(source),
              "sinks": source.choice([None, source.numbers((H,))])}
    drop = source.choice([{}, {}, {"keep": source.seed(), "rate": 0.3}])
    return (), inputs, (B, H, T, K), drop


def tiled(source):
    B, H, K = source.size(3), source.size(3), source.size(5)
    T = source.size(8)
    S = T + source.choice([0, 0, source.size(6)])
    inputs = {"q": source.numbers((B, H, T, K)),
              "k": source.numbers((B, H, S, K)),
              "v": source.numbers((B, H, S, K)),
              "tile": (source.size(4), source.size(4))}
    return (), inputs, (B, H, T, K), {}


def packed(source, B, S):
    """Documents: one after the other, in any order, with padding, or none."""
    labels = source.ids((B, S), 4) - 1
    return source.choice([None, np.sort(labels), labels, np.maximum(labels, 0)])


def windowed(source):
    B, K, T = map(source.size, (3, 5, 8))
    H, G = heads_of(source)
    S = T + source.choice([0, 0, source.size(6)])
    inputs = {"q": source.numbers((B, H, T, K)),
              "k": source.numbers((B, G, S, K)),
              "v": source.numbers((B, G, S, K)),
              "sinks": source.choice([None, source.numbers((H,))]),
              "window": source.choice([None, 1, 2, source.size(9)]),
              "scale": source.choice([None, 0.3]), "softcap": softcaps(source),
              "documents": packed(source, B, S),
              "tile": (source.size(8), source.size(4))}
    return (), inputs, (B, H, T, K), {}


def simple(source):
    shape = (*leading(source, 2), source.size(7), source.size(6))
    return (), {"x": source.numbers(shape)}, shape, {}


def single_head(source):
    axes, T, D, K = leading(source, 2), *map(source.size, (7, 5, 5))
    return ((D, K, source.choice([True, False])),
            {"x": source.numbers((*axes, T, D))}, (*axes, T, K), {})


def causal(source):
    (D, K, bias), inputs, shape, _ = single_head(source)
    rate, keep = source.choice([0.0, 0.3]), source.choice([None, source.seed()])
    return (D, K, rate, bias), inputs, shape, {"keep": keep}


def several_heads(source):
    (D, K, rate, bias), inputs, shape, options = causal(source)
    H = source.size(3)
    return ((D, K, H, rate, bias), inputs, (*shape[:-1], H * K), options)


def who_attends(source, B, T):
    """Causal, or a mask: of all sequences, or one for each."""
    shape = source.choice([None, (T, T), (B, T, T)])
    return None if shape is None else source.mask(shape)


def who_is_read(source, B, T):
    """All, or some positions of each sequence, repeated ones too."""
    P = source.choice([None, 1, source.size(4)])
    return (None if P is None else source.ids((B, P), T)), P


def transformer(source):
    B, T, H, K = map(source.size, (3, 7, 3, 4))
    read, P = who_is_read(source, B, T)
    rate, keep = source.choice([0.0, 0.3]), source.choice([None, source.seed()])
    return ((H * K, H, rate, source.choice([True, False])),
            {"x": source.numbers((B, T, H * K))}, (B, P or T, H * K),
            {"keep": keep, "mask": who_attends(source, B, T), "read": read})


def post_norm(source):
    """A feed-forward of any width, each rate and mask alone; GELU or ReLU."""
    (D, H, rate, _), inputs, shape, options = transformer(source)
    return ((D, H, source.size(9), rate, source.choice([0.0, 0.3]),
             source.choice(["gelu_exact", "gelu"]),
             source.choice([1e-12, 1e-5])), inputs, shape, options)


def grouped_layer(source):
    B, T, G, D = map(source.size, (3, 7, 3, 7))
    H, K = G * source.size(3), 2 * source.size(3)
    read, P = who_is_read(source, B, T)
    options = {"bias": source.choice([True, False]),
               "window": source.choice([None, source.size(8)]),
               "scale": source.choice([None, 0.3]),
               "softcap": source.choice([None, 2.0]),
               "sinks": source.choice([True, False])}
    theta = source.choice([0.0, 10.0, 10000.0])
    return ((D, H, G, K, theta, source.choice([True, False]),
             source.choice(["", "heads", "all"]), tuple(options.items())),
            {"x": source.numbers((B, T, D))}, (B, P or T, D),
            {"mask": who_attends(source, B, T), "read": read,
             "positions": source.choice([None, source.ids((B, T), 50)]),
             "documents": documents(source, B, T)})


def documents(source, B, T):
    """None, or to which document each token belongs, -1 = padding."""
    return source.choice([None, np.sort(source.ids((B, T), 3), -1) - 1])
