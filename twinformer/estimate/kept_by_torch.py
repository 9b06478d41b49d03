"""What autograd keeps of torch_impl's layers, with torch's fused kernels, array by array.

Under autocast the products' inputs and outputs are half as wide, and the stream between the
blocks stays float32. A CPU keeps more than a GPU: dropout's masks as float32, and a second array
of every RMS norm.

Shapes: N = B T tokens, D, H, G, K, F, V, E, k as in anatomy.py.
"""
from .anatomy import Anatomy
from .flops import ASKED
from .kept import FLAG, INDEX, SINGLE, Kept
from .plan import Plan

__all__ = ["block", "ends", "loss"]


def block(plan: Plan, a: Anatomy, layer: int) -> list[Kept]:
    """Of one block."""
    return block_of_decoder(plan, a, layer) if a.modern else block_of_gpt2(plan, a)


def block_of_gpt2(plan: Plan, a: Anatomy) -> list[Kept]:
    """GPT-2's block and BERT's."""
    N, D, w = plan.rows, a.D, plan.width
    kept = [Kept("stream", 2 * N * D), Kept("mean, rstd", 4 * N),
            Kept("inputs of attention and feed-forward", 2 * N * D, w)]
    if a.encoder and w == SINGLE:           # there the stream is the input of both
        kept[2] = Kept("inputs of attention and feed-forward", 2 * N * D)
    kept += multi_head(plan, a)
    bent = (4 if a.exact_gelu else 2) * N * a.F
    kept.append(Kept("hidden, activated", bent, w, split=True))
    if a.dropout:
        kept.append(Kept("dropout", 2 * N * D, mask_width(plan)))
    return kept


def multi_head(plan: Plan, a: Anatomy) -> list[Kept]:
    """The kernel's inputs and output; on a CPU, dropout inside makes it keep all weights."""
    N, D, w = plan.rows, a.D, plan.width
    kept = [Kept("q, k, v", 3 * N * D, w, True), Kept("attention's output", N * D, w, True)]
    if a.attention_dropout and plan.place == "cpu":
        scores = plan.batch_size * a.H * plan.T ** 2
        return [*kept, Kept("attention weights", 3 * scores, w, True)]
    if a.encoder:
        kept.append(Kept("mask", plan.batch_size * plan.T ** 2, w))
    return [*kept, Kept("log-sum-exp", N * a.H, SINGLE, True)]


def block_of_decoder(plan: Plan, a: Anatomy, layer: int) -> list[Kept]:
    """A decoder's block; autocast makes a copy of its input for each Linear that reads it."""
    N, D, w = plan.rows, a.D, plan.width
    queries, keys = a.H * a.K, a.G * a.K
    half = w < SINGLE
    kept = [Kept("stream", 2 * N * D)]
    norms = 2 * (a.norms_before + a.norms_behind)
    kept.append(Kept("rstd", norms * N))
    if a.norms_behind:
        kept.append(Kept("outputs before norms", 2 * N * D, w))
    if plan.place == "cpu":
        kept.append(Kept("x_hat", norms * N * D))
    if a.norms_before or half:              # else the stream is the input
        readers = (3, 1 if a.E else 2) if half else (1, 1)
        kept.append(Kept("inputs of attention and feed-forward", sum(readers) * N * D, w))
    if a.qk_norm:
        groups = a.H + a.G if a.qk_norm == "head" else 2
        copies = 1 + (plan.place == "cpu")
        kept += [Kept("q, k before norms", copies * N * (queries + keys), w, True),
                 Kept("rstd", N * groups, SINGLE, True)]
    kept.append(Kept("waves", 2 * plan.T * a.K, w))
    kept += grouped_query(plan, a, layer)
    return kept + (experts(plan, a) if a.E else gated(a, N, w))


def grouped_query(plan: Plan, a: Anatomy, layer: int) -> list[Kept]:
    """The kernel's inputs and output. A window is cut into blocks, whose keys lie there twice;
    a sink makes every vector one longer."""
    N, w, T = plan.rows, plan.width, plan.T
    window = a.windows[layer] or T
    K = a.K + a.sinks
    windowed = window < T
    rows = plan.batch_size * -(-T // window) * window
    keys = (2 if windowed else 1) * rows * a.G * K
    kept = [Kept("q, k, v", rows * a.H * K + 2 * keys, w, True),
            Kept("attention's output", rows * a.H * K, w, True),
            Kept("log-sum-exp", rows * a.H, SINGLE, True),
            Kept("merged heads", N * a.H * a.K, w, True)]
    if windowed:
        kept.append(Kept("mask", 2 * rows * window, w))
    return kept


def gated(a: Anatomy, rows: float, w: int) -> list[Kept]:
    """gate, its activation, up, and their product; gpt-oss's gate takes seven steps"""
    return [Kept("gate, up, hidden", (7 if a.clamped else 4) * rows * a.F, w, split=True)]


def experts(plan: Plan, a: Anatomy) -> list[Kept]:
    """A mixture's: A = N k rows, each at one expert."""
    N, A, w = plan.rows, plan.rows * a.k, plan.width
    kept = [Kept("experts' inputs, outputs", 2 * A * a.D, w), *gated(a, A, w),
            Kept("places", 2 * A, INDEX), Kept("router's order", N * a.E, INDEX),
            Kept("router's weights", N * a.E + 2 * A + 2 * N)]
    if a.balanced:
        kept.append(Kept("balance", N * a.E + 2 * N))
    return kept


def ends(plan: Plan, a: Anatomy) -> list[Kept]:
    """Before the first block and behind the last."""
    N, D, w = plan.rows, a.D, plan.width
    kept = [Kept("ids", N, INDEX)]
    if a.dropout:
        kept.append(Kept("dropout", N * D, mask_width(plan)))
    if a.encoder:
        asked = round(ASKED * N)
        return [*kept, Kept("segments", N, INDEX), Kept("stream", N * D),
                Kept("mean, rstd", 2 * N),
                Kept("head's input, hidden, normed", 6 * asked * D, w)]
    kept += [Kept("stream", N * D), Kept("mean, rstd", (1 if a.modern else 2) * N),
             Kept("head's input", N * D, w)]
    if a.modern and plan.place == "cpu":
        kept.append(Kept("x_hat", N * D))
    return kept


def loss(plan: Plan, a: Anatomy) -> list[Kept]:
    """The logarithms of all probabilities, in float32, and what goes with a row of them."""
    N = round(ASKED * plan.rows) if a.encoder else plan.rows
    return [Kept("log-probabilities", N * a.V), Kept("targets", N, INDEX), Kept("shares", N),
            Kept("counted", N, FLAG)]


def mask_width(plan: Plan) -> int:
    return FLAG if plan.place == "cuda" else SINGLE
