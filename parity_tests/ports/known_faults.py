"""Faults that ports are known for, each a small change of the reference.

A change is (module, what stands there, what would stand there). Where it can be
made in the forward alone or with the backward that belongs to it, the forward
decides, for the gradients follow.
"""
from typing import NamedTuple

__all__ = ["FAULTS", "Fault"]


class Fault(NamedTuple):
    name: str       # "unbiased variance"
    advice: str     # what is right, in a sentence
    changes: tuple[tuple[str, str, str], ...]


NORM, SOFTMAX, MANY = "layers.norm", "layers.softmax", "layers.multi_head_attention"
ATTENTION, SELF = "layers.attention", "layers.self_attention"
VISIBILITY, SOFTCAP = "layers.visibility", "layers.softcap"
FLASH, TILES = "layers.flash_attention", "layers.tiles"
GELU, LOSS = "layers.activations", "training.loss"
GATES, ROUTER, MIXTURE = "layers.gates", "layers.router", "layers.mixture_of_experts"
PLAIN = (MANY, "plain = mask is not None or dropping", "plain = True")
SCALE = "1 / math.sqrt(q.shape[-1]) if scale is None else scale"


def norm(name, advice, old, new):
    return Fault(name, advice, ((NORM, old, new),))


def scale(name, advice, new):
    return Fault(name, advice, (PLAIN, (ATTENTION, SCALE, new)))


def causal(name, advice, new):
    return Fault(name, advice, (PLAIN, (VISIBILITY, "seen = key <= later ", f"seen = {new} ")))


def in_turn(*changes):
    return Fault("query heads take the key heads in turn",
                 "query heads h H/G ... share key head h: repeat each key head H/G times "
                 "(repeat_interleave), do not tile them", changes)


FAULTS = [
    norm("unbiased variance",
         "LayerNorm divides by D, not by D - 1: numpy's var(ddof=0), torch's "
         "var(unbiased=False)",
         "var = (centred * centred).mean(-1, keepdims=True)",
         "var = (centred * centred).sum(-1, keepdims=True) / (x.shape[-1] - 1)"),
    norm("eps outside the root", "1 / sqrt(var + eps), not 1 / (sqrt(var) + eps)",
         "1 / np.sqrt(var + self.eps)", "1 / (np.sqrt(var) + self.eps)"),
    norm("no eps", "1 / sqrt(var + eps), with eps = 1e-5",
         "1 / np.sqrt(var + self.eps)", "1 / np.sqrt(var)"),
    norm("eps = 1e-6", "GPT-2's norms have eps = 1e-5",
         "1 / np.sqrt(var + self.eps)", "1 / np.sqrt(var + 1e-6)"),
    norm("eps = 1e-12", "GPT-2's norms have eps = 1e-5 (BERT's have 1e-12)",
         "1 / np.sqrt(var + self.eps)", "1 / np.sqrt(var + 1e-12)"),
    norm("RMSNorm in place of LayerNorm", "the mean is subtracted first",
         "centred = x - x.mean(-1, keepdims=True)", "centred = x"),
    norm("the path through the mean is missing",
         "x reaches y through the mean too: subtract mean(g) in the backward",
         "g - via_mean - via_var", "g - via_var"),
    norm("the path through the variance is missing",
         "x reaches y through the variance too: subtract x_hat mean(g x_hat)",
         "g - via_mean - via_var", "g - via_mean"),
    norm("the paths through mean and variance are missing",
         "mean and variance depend on x: subtract mean(g) and x_hat mean(g x_hat)",
         "g - via_mean - via_var", "g"),
    norm("the scale is missing in the backward", "g = dy * weight",
         "g = dy * self.weight", "g = dy"),
    Fault("exp without the largest score subtracted",
          "exp overflows from 710 on (89 in float32): subtract the row's maximum",
          ((SOFTMAX, "e = np.exp(x - x.max(-1, keepdims=True)) ", "e = np.exp(x) "),)),
    Fault("exp without the largest score subtracted",
          "exp overflows from 710 on (89 in float32): subtract the row's maximum",
          ((SOFTMAX, "shifted = x - x.max(-1, keepdims=True)", "shifted = x"),)),
    Fault("log of a softmax",
          "a share that rounds to 0 has logarithm -inf: x - max - log sum exp",
          ((SOFTMAX, "return shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))",
            "return np.log(np.exp(shifted) / np.exp(shifted).sum(-1, keepdims=True))"),)),
    Fault("softmax over the wrong axis", "the last axis is the one that sums to 1",
          ((SOFTMAX, "e = np.exp(x - x.max(-1, keepdims=True)) ",
            "e = np.exp(x - x.max(0, keepdims=True)) "),
           (SOFTMAX, "return e / e.sum(-1, keepdims=True)\n",
            "return e / e.sum(0, keepdims=True)\n"))),
    Fault("softmax over the wrong axis", "the last axis is the one that sums to 1",
          ((SOFTMAX, "return e / e.sum(-1, keepdims=True)\n",
            "return e / e.sum(0, keepdims=True)\n"),)),
    scale("the scale 1/sqrt(K) is missing", "scores are q k^T / sqrt(K)", "1.0"),
    scale("scaled by 1/K", "scores are q k^T / sqrt(K)", "1 / q.shape[-1]"),
    scale("scaled by 1/sqrt(D), the width of the model",
          "K is the width of one head, D / H", "1 / math.sqrt(q.shape[-3] * q.shape[-1])"),
    Fault("the scale 1/sqrt(K) is missing in the backward",
          "dq = scale dscores k, dk = scale dscores^T q",
          ((ATTENTION, "dscores @ k * scale", "dscores @ k"),
           (ATTENTION, "dk = dscores.mT @ rows(q, k) * scale",
            "dk = dscores.mT @ rows(q, k)"))),
    causal("the mask is off by one: a token does not see itself",
           "query t attends to the keys s <= t", "key < later"),
    causal("the mask is off by one: a token sees the next one",
           "query t attends to the keys s <= t", "key <= later + 1"),
    causal("no causal mask", "query t attends to the keys s <= t",
           "key < later + key.size"),
    Fault("the window is off by one: a token sees one more",
          "with a window W, query t attends to the W keys t - W < s <= t",
          ((VISIBILITY, "key > later - window", "key >= later - window"),
           (VISIBILITY, "first - window + 1", "first - window"))),
    Fault("the window is off by one: a token sees one less",
          "with a window W, query t attends to the W keys t - W < s <= t, itself included",
          ((VISIBILITY, "key > later - window", "key > later - window + 1"),)),
    Fault("padding sees padding", "a negative document is none: it neither sees nor is seen",
          ((VISIBILITY, "(own == other) & (other >= 0)", "(own == other)"),
           (VISIBILITY, "near = (other >= 0) & (other >= least)", "near = (other >= least)"),
           (VISIBILITY, "np.where(own < 0, last, own).min", "own.min"))),
    in_turn((TILES, "a.reshape(B, G, H // G, T, -1)",
             "a.reshape(B, H // G, G, T, -1).swapaxes(1, 2)"),
            (TILES, "sinks.reshape(1, G, H // G, 1, 1)",
             "sinks.reshape(1, H // G, G, 1, 1).swapaxes(1, 2)"),
            (FLASH, "(a.reshape(*q.shape[:3], -1)", "(a.swapaxes(1, 2).reshape(*q.shape[:3], -1)"),
            (FLASH, "dq = dq.reshape(q.shape)", "dq = dq.swapaxes(1, 2).reshape(q.shape)"),
            (FLASH, "dsinks.sum(0).reshape", "dsinks.sum(0).swapaxes(0, 1).reshape")),
    in_turn((ATTENTION, "return x.reshape(*leading, G, H // G * T, n)",
             "x = x.reshape(*leading, H // G, G, T, n).swapaxes(-4, -3)\n"
             "    return x.reshape(*leading, G, H // G * T, n)"),
            (ATTENTION, "return x.reshape(*q.shape[:-1], x.shape[-1])",
             "x = x.reshape(*x.shape[:-2], -1, q.shape[-2], x.shape[-1]).swapaxes(-4, -3)\n"
             "    return x.reshape(*q.shape[:-1], x.shape[-1])")),
    Fault("the sink takes no share", "its exponential belongs into softmax's denominator",
          ((TILES, "q.dtype) if sinks is None else sinks", "q.dtype)"),)),
    Fault("the softcap is missing", "scores are cap tanh(score / cap)",
          ((SOFTCAP, "return x if cap is None else cap * np.tanh(x / cap)", "return x"),)),
    Fault("the softcap comes after the mask", "cap first: tanh makes a number of -inf",
          ((ATTENTION, "scores = soft_cap(scores, softcap) ",
            "scores = scores if mask is None else np.where(mask, scores, -np.inf)\n"
            "    scores = soft_cap(scores, softcap) "),
           (ATTENTION, "with_sinks(scores, mask, sinks)", "with_sinks(scores, None, sinks)"))),
    Fault("the path through the softcap is missing", "dscores times 1 - (score / cap)^2",
          ((SOFTCAP, "return dy if slope is None else dy * slope", "return dy"),)),
    Fault("the mask is inverted", "True means: may attend",
          ((SOFTMAX, "x = np.where(mask, x, -np.inf)", "x = np.where(mask, -np.inf, x)"),)),
    Fault("queries and keys are swapped", "one Linear makes q, k, v in this order",
          ((MANY, "q, k, v = np.split(qkv, 3, -1)", "k, q, v = np.split(qkv, 3, -1)"),)),
    Fault("heads are cut along the sequence",
          "reshape to (B, T, H, K) first, then swap T and H",
          ((MANY, "return x.reshape(B, T, n_heads, D // n_heads).swapaxes(1, 2)",
            "return x.reshape(B, n_heads, T, D // n_heads)"),)),
    Fault("erf GELU in place of the tanh one",
          "GPT-2 was trained with the tanh approximation (gelu_new)",
          ((GELU, "return x / (1 + np.exp(minus_v))", "return gelu_exact(x)"),)),
    Fault("tanh GELU in place of the erf one", "x Phi(x), by erf or erfc",
          ((GELU, "return x * normal_cdf(x)", "return gelu(x)"),)),
    Fault("SiLU in place of GELU", "x sigmoid(x) is another function",
          ((GELU, "return x / (1 + np.exp(minus_v))", "return silu(x)"),)),
    Fault("gate and up are swapped", "SiLU bends the gate: silu(gate) * up",
          ((GATES, "return silu(gate) * up", "return gate * silu(up)"),)),
    Fault("GELU in place of SiLU", "SwiGLU bends with x sigmoid(x)",
          ((GATES, "return silu(gate) * up", "return gelu(gate) * up"),)),
    Fault("gate and up are not clamped", "gate = min(gate, 7), up = clip(up, -7, 7)",
          ((GATES, "    g = np.minimum(gate, LIMIT)\n    u = np.clip(up, -LIMIT, LIMIT)\n"
                   "    return", "    g, u = gate, up\n    return"),)),
    Fault("1.702 is missing", "the share of the gate is sigmoid(1.702 gate)",
          ((GATES, "return g * sigmoid(ALPHA * g) * (u + 1)",
            "return g * sigmoid(g) * (u + 1)"),)),
    Fault("up in place of up + 1", "gpt-oss multiplies by up + 1",
          ((GATES, "return g * sigmoid(ALPHA * g) * (u + 1)",
            "return g * sigmoid(ALPHA * g) * u"),)),
    Fault("the weights of the chosen experts are not made to sum to 1",
          "divide the shares of the chosen ones by their sum, where renormalise is set",
          ((ROUTER, "        weights = weights / total\n", ""),)),
    Fault("of experts with equal scores the higher index is chosen",
          "a stable sort by falling score: the lower index comes first",
          ((ROUTER, "    return E - 1 - order[:, ::-1][:, :k]",
            "    return np.argsort(scores, -1, kind='stable')[:, ::-1][:, :k]"),)),
    Fault("the bias is in the weights", "the bias has a say in the choice alone",
          ((ROUTER, "np.take_along_axis(s, chosen, -1)",
            "np.take_along_axis(s if bias is None else s + np.asarray(bias), chosen, -1)"),)),
    Fault("the scale of the weights is missing", "weights = scale s / sum(s)",
          ((ROUTER, "return (scale * share, chosen), cache", "return (share, chosen), cache"),)),
    Fault("a group is as good as its best expert", "its two best are summed",
          ((ROUTER, "[..., -2:].sum(-1)", "[..., -1]"),)),
    Fault("experts are not weighted", "y = sum of weight_e expert_e(x)",
          ((MIXTURE, "return (weights[:, None] @ outputs[places])[:, 0]",
            "return outputs[places].sum(1)"),)),
    Fault("the router gets no gradient", "dweights_nj = <dy_n, output_nj>",
          ((MIXTURE, "dx = dx + self.router.backward(dlogits, cache.router)",
            "dx = dx + self.router.backward(0 * dlogits, cache.router)"),)),
    Fault("the load-balance loss is not times E", "loss = E sum_e f_e P_e",
          (("layers.load_balance", "return E * (f * P).sum()", "return (f * P).sum()"),)),
    Fault("interleaved and half-split pairs are confused",
          "sine and cosine of a pair stand side by side: y[t, 2i], y[t, 2i + 1]",
          (("layers.positions", "np.stack([np.sin(angle), np.cos(angle)], -1)",
            "np.concatenate([np.sin(angle), np.cos(angle)], -1)"),)),
    Fault("only the last of repeated ids keeps its gradient",
          "= or `table[ids] += rows` keeps one of them; np.add.at, or a sum, is right",
          (("layers.embedding", "    flat = ids.ravel()  ",
            "    table[ids] += rows\n    return\n    flat = ids.ravel()  "),)),
    Fault("not divided by 1 - rate", "inverted dropout scales what it keeps",
          (("layers.dropout", "y = x * kept * (1 / (1 - self.rate))", "y = x * kept"),)),
    Fault("divided by 1 - rate in the forward alone",
          "the backward multiplies by the same kept / (1 - rate)",
          (("layers.dropout", "return dy * kept * (1 / (1 - self.rate))",
            "return dy * kept"),)),
    Fault("ignored targets count in the mean",
          "divide by the number of targets that are not ignored",
          ((LOSS, "max(1, int(kept.sum()))", "max(1, kept.size)"),)),
    Fault("a sum where the mean is meant", "divide by the number of targets",
          ((LOSS, "return kept.astype(dtype) / max(1, int(kept.sum()))",
            "return kept.astype(dtype)"),)),
    Fault("the target is not subtracted", "dlogits = softmax(logits) - one_hot(target)",
          ((LOSS, "return (p - one_hot) * weight", "return p * weight"),)),
    Fault("the z-loss is the denominator, not its logarithm squared",
          "z = weight (log sum exp)^2, whose slope is 2 weight log_z p",
          (("training.z_loss", "squares = weight * log_z * log_z ",
            "squares = weight * np.abs(log_z) "),)),
    Fault("the 2 of the square is missing in the z-loss's backward",
          "the slope of weight log_z^2 is 2 weight log_z p",
          (("training.z_loss", "more = 2 * weight * log_z", "more = weight * log_z"),)),
    Fault("the norm comes after the sum", "GPT-2 is pre-norm: x + f(norm(x))",
          (("layers.block", "h, norm1_cache = self.norm1.forward(x)",
            "h, norm1_cache = x, self.norm1.forward(x)[1]"),
           ("layers.block", "x = read_rows(x, context.read) + h ",
            "x = self.norm1.forward(read_rows(x, context.read) + h)[0] "))),
    Fault("the scale alpha / rank is missing", "W + alpha / rank B A",
          (("finetuning.lora", "self.scale = alpha / rank", "self.scale = 1.0"),)),
    Fault("scaled by alpha, not by alpha / rank", "W + alpha / rank B A",
          (("finetuning.lora", "self.scale = alpha / rank", "self.scale = alpha"),)),
]
