"""What goes into each component: make(source) -> (constructor arguments, inputs,
shape of y, options).

The source (cases.Seeded, strategies.Drawn) supplies sizes and numbers; options
are those of a Case. Shapes as in the layers: B sequences of T tokens, D
features, H heads of width K, V words, C classes, P positions that are read.
"""
import numpy as np

from twinformer.architectures.gemma3 import Gemma3Config
from twinformer.architectures.gpt_oss import GptOssConfig
from twinformer.architectures.llama import LlamaConfig
from twinformer.architectures.olmo3 import Olmo3Config
from twinformer.architectures.qwen3 import Qwen3Config, Qwen3MoEConfig
from twinformer.batches.collate import IGNORE
from twinformer.architectures.bert import BertConfig
from twinformer.models.config import GPT2Config

TINY = 1e-30  # far below what a product with a weight keeps in float32


def leading(source, most=3):
    """Any leading axes: none to three."""
    return tuple(source.axis(3) for _ in range(source.size(most + 1) - 1))


def elementwise(source):
    shape = (*leading(source), source.size(9))
    return (), {"x": source.numbers(shape)}, shape, {}


def masked(source):
    arguments, inputs, shape, options = elementwise(source)
    mask = source.choice([source.mask, source.mask, lambda shape: None])(shape)
    return arguments, inputs | {"mask": mask}, shape, options


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


def scaled_embedding(source):
    (V, D), inputs, shape, options = embedding(source)
    return (V, D, source.choice([1.0, 5.5])), inputs, shape, options


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


def gpt2(source):
    B, T, H, K, V = map(source.size, (3, 6, 3, 4, 11))
    length = T + source.size(3) - 1
    config = GPT2Config(
        vocab_size=V, context_length=length, d_model=H * K,
        n_heads=H, n_layers=source.size(2), dropout=source.choice([0.0, 0.2]),
        qkv_bias=source.choice([True, False]),
        tie_embeddings=source.choice([True, False]))
    read, P = who_is_read(source, B, T)
    return ((config,), {"ids": source.ids((B, T), V)}, (B, P or T, V),
            {"keep": source.choice([None, source.seed()]),
             "mask": who_attends(source, B, T), "read": read,
             "positions": source.choice([None, source.ids((B, T), length)])})


def decoder(config_class, **more):
    """A maker for a decoder of that config: more = {field: source -> value}."""
    def make(source):
        B, T, D, V = map(source.size, (3, 6, 6, 11))
        G, K = source.size(2), 2 * source.size(2)
        sizes = {name: of(source) for name, of in more.items()}
        config = config_class(**{
            "vocab_size": V, "context_length": 50, "d_model": D,
            "n_heads": G * source.size(3), "n_kv_heads": G, "head_dim": K,
            "d_hidden": source.size(6), "n_layers": source.size(2),
            "rope_theta": source.choice([10.0, 10000.0]),
            "tie_embeddings": source.choice([True, False])} | sizes)
        read, P = who_is_read(source, B, T)
        return ((config,), {"ids": source.ids((B, T), V)}, (B, P or T, V),
                {"mask": who_attends(source, B, T), "read": read,
                 "positions": source.choice([None, source.ids((B, T), 50)]),
                 "documents": documents(source, B, T)})
    return make


def truth(source):
    return source.choice([True, False])


def size(most):
    return lambda source: source.size(most)


WINDOWS = {"window_size": size(4), "global_every": size(2)}
YARN = {"yarn_factor": lambda source: source.choice([1.0, 4.0]),
        "yarn_original_length": lambda source: 8}
llama = decoder(LlamaConfig, rope_interleaved=truth,
                rope_factor=lambda source: source.choice([1.0, 8.0]),
                rope_original_length=lambda source: 8)
qwen3 = decoder(Qwen3Config)
qwen3_moe = decoder(Qwen3MoEConfig, renormalise=truth,
                    n_active=size(2), n_experts=lambda source: 1 + source.size(3))
gemma3 = decoder(Gemma3Config, **WINDOWS,
                 query_scale=lambda source: source.choice([0.0, 7.0]),
                 score_cap=lambda source: source.choice([0.0, 2.0]),
                 logit_cap=lambda source: source.choice([0.0, 2.0]))
olmo3 = decoder(Olmo3Config, **WINDOWS, **YARN)
gpt_oss = decoder(GptOssConfig, **YARN, window_size=size(4), n_active=size(2),
                  n_experts=lambda source: 1 + source.size(3))


def post_norm(source):
    """A feed-forward of any width, each rate and mask alone; GELU or ReLU."""
    (D, H, rate, _), inputs, shape, options = transformer(source)
    return ((D, H, source.size(9), rate, source.choice([0.0, 0.3]),
             source.choice(["gelu_exact", "gelu"]),
             source.choice([1e-12, 1e-5])), inputs, shape, options)


def pooler(source):
    B, T, D = map(source.size, (3, 7, 6))
    return (D,), {"x": source.numbers((B, T, D))}, (B, D), {}


def masked_head(source):
    D, V, axes = source.size(7), source.size(9), leading(source)
    return ((D, V, source.choice(["gelu_exact", "gelu"]),
             source.choice([1e-12, 1e-5])),
            {"x": source.numbers((*axes, D))}, (*axes, V), {})


def bert(source):
    B, T, H, K, V = map(source.size, (3, 6, 3, 4, 11))
    length = T + source.size(3) - 1
    config = BertConfig(
        vocab_size=V, context_length=length, d_model=H * K, n_heads=H,
        n_layers=source.size(2), d_hidden=source.size(9),
        n_segments=source.size(3), dropout=source.choice([0.0, 0.2]),
        attention_dropout=source.choice([0.0, 0.2]))
    read, P = who_is_read(source, B, T)
    return ((config,), {"ids": source.ids((B, T), V)}, (B, P or T, H * K),
            {"keep": source.choice([None, source.seed()]),
             "mask": who_attends(source, B, T), "read": read,
             "positions": source.choice([None, source.ids((B, T), length)]),
             "segments": source.choice([
                 None, source.ids((B, T), config.n_segments)])})


def loss(source):
    axes, V = leading(source), source.size(9)
    reduction = source.choice(["mean", "sum", "none"])
    targets = np.where(source.mask(axes), source.ids(axes, V), IGNORE)
    return ((), {"logits": source.numbers((*axes, V)), "targets": targets,
                 "ignore_index": IGNORE, "reduction": reduction},
            axes if reduction == "none" else (), {})


def loss_and_z(source):
    arguments, inputs, axes, options = loss(source)
    logits, targets, ignored, reduction = inputs.values()
    inputs = {"logits": logits, "targets": targets,
              "weight": source.choice([1e-4, 0.5]), "ignore_index": ignored,
              "reduction": reduction}
    return arguments, inputs, (2, *axes), options


def answers(source):
    B, T, V = map(source.size, (4, 7, 9))
    targets = np.where(source.mask((B, T)), source.ids((B, T), V), IGNORE)
    return ((), {"logits": source.numbers((B, T, V)), "targets": targets,
                 "average": source.choice([True, False])}, (B,), {})


def comparisons(source):
    axes = leading(source)
    return ((), {"margins": source.numbers(axes),
                 "beta": source.choice([0.1, 0.5, 2.0])}, axes, {})


def smoothed_comparisons(source):
    arguments, inputs, axes, options = comparisons(source)
    smoothing = source.choice([0.0, 0.1, 0.5])
    return arguments, inputs | {"label_smoothing": smoothing}, axes, options


def pooled(source):
    B, T, C = map(source.size, (4, 7, 5))
    token = source.choice(["first", "last", "last_real", "mean"])
    return ((), {"logits": source.numbers((B, T, C)),
                 "last": source.ids((B,), T), "token": token}, (B, C), {})


def classes(source):
    B, C = map(source.size, (5, 6))
    weights = tuple((0.25 + source.ids((C,), 8)).tolist())
    return ((), {"scores": source.numbers((B, C)),
                 "labels": source.ids((B,), C),
                 "class_weights": source.choice([None, weights]),
                 "label_smoothing": source.choice([0.0, 0.1, 0.5])}, (), {})


