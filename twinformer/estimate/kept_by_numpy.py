"""The caches of numpy_impl's layers, array by array. A view counts with the array it is a view
of, and a cache that holds the same array as another one counts once.

Shapes: N = B T tokens, D, H, G, K, F, V, E, k as in anatomy.py.
"""
from .anatomy import Anatomy
from .flops import ASKED
from .kept import FLAG, INDEX, Kept
from .plan import Plan

__all__ = ["block", "ends", "loss"]


def block(plan: Plan, a: Anatomy, layer: int) -> list[Kept]:
    """Of one block."""
    return attention_of_gpt2(plan, a) if not a.modern else attention_of_decoder(plan, a)


def attention_of_gpt2(plan: Plan, a: Anatomy) -> list[Kept]:
    """GPT-2's block and BERT's: LayerNorm keeps x_hat, not x."""
    N, scores = plan.rows, plan.batch_size * a.H * plan.T ** 2
    kept = [*layer_norm(N, a.D), Kept("attention's input", N * a.D),
            Kept("q, k, v", 3 * N * a.D)]
    if a.encoder or a.attention_dropout:
        kept.append(Kept("attention weights", scores))
        if a.attention_dropout:
            kept.append(Kept("attention's dropout", scores, FLAG))
    else:
        kept += [Kept("attention's output", N * a.D), Kept("log-sum-exp", N * a.H)]
    kept += [Kept("merged heads", N * a.D), *layer_norm(N, a.D),
             Kept("feed-forward's input", N * a.D), Kept("hidden", N * a.F),
             Kept("activated", N * a.F)]
    if a.dropout:
        kept.append(Kept("dropout", 2 * N * a.D, FLAG))
    return kept


def attention_of_decoder(plan: Plan, a: Anatomy) -> list[Kept]:
    """A decoder's block: RMSNorm keeps x, which is the stream itself."""
    N, D, queries, keys = plan.rows, a.D, a.H * a.K, a.G * a.K
    kept = [Kept("stream", 2 * N * D)]      # before attention, before the feed-forward
    if a.norms_before:
        kept += [Kept("rstd", 2 * N), Kept("normed inputs", 2 * N * D)]
    if a.norms_behind:
        kept += [Kept("rstd", 2 * N), Kept("outputs before norms", 2 * N * D)]
    if a.qk_norm:
        groups = a.H + a.G if a.qk_norm == "head" else 2
        kept += [Kept("q, k before norms", N * (queries + keys)), Kept("rstd", N * groups)]
    kept += [Kept("q, k, v", N * (queries + 2 * keys)), Kept("waves", 2 * plan.T * a.K),
             Kept("attention's output", N * queries), Kept("log-sum-exp", N * a.H),
             Kept("merged heads", N * queries)]
    return kept + (experts(plan, a) if a.E else [Kept("gate, up, hidden", 3 * N * a.F)])


def experts(plan: Plan, a: Anatomy) -> list[Kept]:
    """A mixture's: A = N k rows, each at one expert."""
    N, A = plan.rows, plan.rows * a.k
    kept = [Kept("experts' inputs, outputs", 2 * A * a.D), Kept("gate, up, hidden", 3 * A * a.F),
            Kept("places", 3 * A, INDEX), Kept("router's weights", A)]
    if not a.clamped:                       # Qwen3's router has a softmax over all experts
        kept.append(Kept("router's shares", N * a.E + N))
    if a.balanced:
        kept.append(Kept("balance", 2 * N * a.E + N))
    return kept


def ends(plan: Plan, a: Anatomy) -> list[Kept]:
    """Before the first block and behind the last."""
    N, D = plan.rows, a.D
    kept = [Kept("ids", N, INDEX)]
    if a.dropout:
        kept.append(Kept("dropout", N * D, FLAG))
    if a.encoder:
        asked = round(ASKED * N)
        return [*kept, Kept("segments", N, INDEX), *layer_norm(N, D), Kept("asked", N, FLAG),
                Kept("head's input, hidden, x_hat", 4 * asked * D), Kept("rstd", asked)]
    if not a.modern:
        return [*kept, *layer_norm(N, D), Kept("head's input", N * D)]
    return [*kept, Kept("stream, normed", 2 * N * D), Kept("rstd", N)]


def loss(plan: Plan, a: Anatomy) -> list[Kept]:
    """The logits, over which their gradient is written, and what goes with a row of them."""
    N = round(ASKED * plan.rows) if a.encoder else plan.rows
    return [Kept("logits", N * a.V), Kept("targets", N, INDEX), Kept("row sums", 3 * N)]


def layer_norm(N: int, D: int) -> list[Kept]:
    return [Kept("x_hat", N * D), Kept("rstd", N)]
