"""What goes into routers, and into mixtures of experts behind them."""
import numpy as np

from .layers import leading

__all__ = ["assignments", "mixture", "router", "sigmoid_router",
           "softmax_router"]

TINY = 1e-30  # far below what a product with a weight keeps in float32


def router(source):
    N, E = source.axis(6), source.size(6)
    k = source.choice(range(1, E + 1))
    return (), {"logits": source.numbers((N, E)), "top_k": k}, (N, k), {}


def softmax_router(source):
    arguments, inputs, shape, options = router(source)
    renormalise = source.choice([True, False])
    return arguments, inputs | {"renormalise": renormalise}, shape, options


def sigmoid_router(source):
    N, groups, size = source.axis(5), source.size(3), source.size(3)
    kept = source.choice(range(1, groups + 1))
    k, E = source.choice(range(1, kept * size + 1)), groups * size
    bias = tuple((0.25 * source.ids((E,), 8) - 1).tolist())
    inputs = {"logits": source.numbers((N, E)), "top_k": k,
              "bias": source.choice([None, bias]), "groups": groups,
              "kept_groups": kept, "scale": source.choice([1.0, 2.5]),
              "renormalise": source.choice([True, False])}
    return (), inputs, (N, k), {}


def mixture(source):
    """Experts of all kinds, behind routers of all kinds. No tiny numbers: of
    scores that are nothing but underflow no two programs choose the same."""
    D, F, axes = source.size(4), source.size(4), leading(source, 2)
    rules = {"softmax_then_top_k": softmax_router, "top_k_then_softmax": router,
             "sigmoid_with_groups": sigmoid_router}
    rule = source.choice(sorted(rules))
    _, options, _, _ = rules[rule](source)
    E = options.pop("logits").shape[-1]
    expert = source.choice(["SwiGLU", "GeGLU", "ClampedSwiGLU"])
    bias, shared = source.choice([True, False]), source.choice([True, False])
    x = source.numbers((*axes, D))
    x = np.where(np.abs(x) < TINY, 0.0, x)
    return ((expert, D, F, E, bias, shared, rule, options), {"x": x},
            (*axes, D), {})


def assignments(source):
    N, E = source.axis(9), source.size(5)
    k = source.choice(range(1, E + 1))
    order = np.argsort(source.numbers((N, E)), -1)
    return ((), {"logits": source.numbers((N, E)), "chosen": order[:, :k],
                 "kept": source.choice([None, source.mask((N,))])}, (), {})
