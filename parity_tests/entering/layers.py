"""What goes into the smaller layers."""

__all__ = ["capped", "dropout", "elementwise", "embedding", "feed_forward",
           "gated", "gated_feed_forward", "leading", "linear", "low_rank",
           "masked", "masked_head", "norm", "pooler", "positions",
           "scaled_embedding", "sinusoids", "turned"]


def leading(source, most=3):
    """Any leading axes: none to three."""
    return tuple(source.axis(3) for _ in range(source.size(most + 1) - 1))


def elementwise(source):
    shape = (*leading(source), source.size(9))
    return (), {"x": source.numbers(shape)}, shape, {}


def masked(source):
    arguments, inputs, shape, options = elementwise(source)
    return arguments, inputs | {"mask": source.mask(shape)}, shape, options


def linear(source):
    D, F, axes = source.size(9), source.size(9), leading(source)
    return ((D, F, source.choice([True, False])),
            {"x": source.numbers((*axes, D))}, (*axes, F), {})


def low_rank(source):
    D, axes = source.size(9), leading(source)
    parts = source.choice([1, 1, 2, 3])
    F, rank = parts * source.size(4), source.size(4)
    alpha, rate = source.choice([0.5, 1.0, 8.0]), source.choice([0.0, 0.3])
    return ((D, F, source.choice([True, False]), rank, alpha, rate, parts),
            {"x": source.numbers((*axes, D))}, (*axes, F),
            {"keep": source.choice([None, source.seed()])})


def embedding(source):
    V, D, axes = source.size(7), source.size(6), leading(source)
    return (V, D), {"ids": source.ids(axes, V)}, (*axes, D), {}


def scaled_embedding(source):
    (V, D), inputs, shape, options = embedding(source)
    return (V, D, source.choice([1.0, 5.5])), inputs, shape, options


def positions(source):
    T, D, axes = source.size(7), source.size(6), leading(source, 2)
    start = source.size(4) - 1
    length = start + T + source.size(3) - 1
    shape = (*axes, T, D)
    return ((length, D), {"x": source.numbers(shape)}, shape,
            {"positions": source.choice([
                None, slice(start, start + T),
                source.ids((*axes, T), length)])})


def sinusoids(source):
    T, D = source.size(20), 2 * source.size(9)
    return (), {"length": T, "dim": D}, (T, D), {}


def norm(source):
    arguments, inputs, shape, options = elementwise(source)
    return shape[-1:], inputs, shape, options


def turned(source):
    B, H, T = map(source.size, (3, 3, 7))
    R = 2 * source.size(4)
    K = R + source.choice([0, 0, source.size(3)])
    axes = source.choice([(H,), (B, H)])
    at = source.choice([(T,), (B, T)]) if len(axes) == 2 else (T,)
    shape = (*axes, T, K)
    return ((), {"x": source.numbers(shape), "positions": source.ids(at, 50),
                 "dim": R, "theta": source.choice([10.0, 10000.0]),
                 "interleaved": source.choice([True, False])}, shape, {})


def capped(source):
    arguments, inputs, shape, options = elementwise(source)
    cap = source.choice([0.5, 30.0])
    return arguments, inputs | {"cap": cap}, shape, options


def dropout(source):
    arguments, inputs, shape, _ = elementwise(source)
    return ((source.choice([0.0, 0.1, 0.5, 0.9]),), inputs, shape,
            {"keep": source.choice([None, source.seed()])})


def feed_forward(source):
    D, F, axes = source.size(7), source.size(9), leading(source)
    return (D, F), {"x": source.numbers((*axes, D))}, (*axes, D), {}


def gated(source):
    shape = (*leading(source), source.size(9))
    return ((), {"gate": source.numbers(shape), "up": source.numbers(shape)},
            shape, {})


def gated_feed_forward(source):
    (D, F), inputs, shape, options = feed_forward(source)
    return (D, F, source.choice([True, False])), inputs, shape, options


def pooler(source):
    B, T, D = map(source.size, (3, 7, 6))
    return (D,), {"x": source.numbers((B, T, D))}, (B, D), {}


def masked_head(source):
    D, V, axes = source.size(7), source.size(9), leading(source)
    return ((D, V, source.choice(["gelu_exact", "gelu"]),
             source.choice([1e-12, 1e-5])),
            {"x": source.numbers((*axes, D))}, (*axes, V), {})
