"""A mistake is recognised by its numbers, however its program is written: none of
these shares a line with a solution."""
import pytest

from twinformer.exercises.catalog import exercise_called
from twinformer.exercises.judges import judge_of
from twinformer.exercises.judges.loading import module_of

from .test_catalog import verdict_of

HANDS = [
    ("softmax-forward", """
import math
import numpy as np

def softmax(x):
    with np.errstate(all="ignore"):
        powers = math.e ** x
        return np.divide(powers, np.expand_dims(np.add.reduce(powers, -1), -1))
""", "the largest score was not subtracted"),
    ("softmax-backward", """
import numpy as np

def softmax(x):
    shifted = np.exp(x - np.max(x, axis=-1, keepdims=True))
    return shifted / np.sum(shifted, axis=-1, keepdims=True)

def softmax_backward(g, y):
    return g * y - g * y ** 2
""", "the diagonal of the Jacobian alone"),
    ("layer-norm-backward", """
import numpy as np

class LayerNorm:
    def __init__(self, n, eps=1e-5):
        self.eps, self.weight, self.bias = eps, np.ones(n), np.zeros(n)
        self.dweight, self.dbias = np.zeros(n), np.zeros(n)

    def forward(self, x):
        s = np.sqrt(np.var(x, -1, keepdims=True) + self.eps)
        z = (x - np.mean(x, -1, keepdims=True)) / s
        return np.add(np.multiply(z, self.weight), self.bias), dict(z=z, s=s)

    def backward(self, dy, kept):
        z, s, n = kept["z"], kept["s"], dy.shape[-1]
        self.dweight = self.dweight + np.einsum("nd,nd->d", dy.reshape(-1, n), z.reshape(-1, n))
        self.dbias = self.dbias + np.einsum("nd->d", dy.reshape(-1, n))
        g = self.weight * dy
        return g / s - z / s * np.sum(g * z, -1, keepdims=True) / n
""", "the path through the mean is missing"),
    ("attention-forward", """
import numpy as np

def attention(q, k, v, mask):
    s = np.einsum("...tk,...sk->...ts", q, k)
    s = np.where(mask, s, -np.inf)
    top = np.nan_to_num(s.max(-1, keepdims=True), neginf=0.0)
    w = np.exp(s - top) * mask
    return w @ v / np.maximum(w.sum(-1, keepdims=True), 1e-300).astype(w.dtype), None
""", "the scale 1/sqrt(K) is missing"),
    ("embedding-backward", """
import numpy as np

class Embedding:
    def __init__(self, v, d):
        self.weight, self.dweight = np.zeros((v, d)), np.zeros((v, d))

    def forward(self, ids):
        return np.take(self.weight, ids, 0), ids

    def backward(self, dy, ids):
        rows = dy.reshape(-1, dy.shape[-1])
        for id, row in {int(i): rows[n] for n, i in enumerate(ids.ravel())}.items():
            self.dweight[id] = self.dweight[id] + row
""", "only the last keeps its gradient"),
    ("bpe-encode", """
def encode(piece, ranks):
    tokens = [bytes([b]) for b in piece]
    i = 0
    while i < len(tokens) - 1:
        if tokens[i] + tokens[i + 1] in ranks:
            tokens[i:i + 2] = [tokens[i] + tokens[i + 1]]
            i = 0
        else:
            i += 1
    return list(map(ranks.get, tokens))
""", "the leftmost pair is merged, whatever its rank"),
    ("causal-mask", """
import numpy as np

def causal_mask(T, S, window=None):
    return np.array([[s <= S - T + t and (window is None or S - T + t - s <= window)
                      for s in range(S)] for t in range(T)])
""", "the window is one too wide"),
    ("top-k", """
def top_k_mask(logits, k):
    border = sorted(logits.tolist())[-min(k, len(logits))]
    return logits > border - 1e-12
""", "more than k are kept where logits are equal"),
    ("adamw-step", """
import numpy as np

def adamw(w, g, m, v, t, rate, decay, b1, b2, eps):
    m += (1 - b1) * (g - m)
    v += (1 - b2) * (g ** 2 - v)
    step = m / (np.sqrt(v / (1 - b2 ** t)) + eps)
    w -= rate * decay * w
    w -= rate * step
""", "the first mean is not corrected"),
    ("cross-entropy-backward", """
import numpy as np

def cross_entropy_backward(logits, targets):
    e = np.exp(logits - logits.max(-1, keepdims=True))
    p = e / e.sum(-1, keepdims=True)
    for place in np.ndindex(targets.shape):
        if targets[place] == -100:
            p[place] = 0
        else:
            p[place][targets[place]] -= 1
    return p
""", "not divided by the number of targets"),
    ("softmax-forward", """
import numpy as np

def softmax(scores):
    mean = np.sum(scores, axis=-1)[..., None] / scores.shape[-1]
    powers = np.exp(np.subtract(scores, mean))
    return np.divide(powers, np.sum(powers, axis=-1)[..., None])
""", "the mean is subtracted: the shares are right until"),
    ("softmax-forward", """
import numpy as np

def softmax(x):
    powers = np.power(2.0, x - np.max(x, axis=-1)[..., np.newaxis])
    return powers / np.sum(powers, axis=-1)[..., np.newaxis]
""", "the base is 2; it is e"),
    ("softmax-forward", """
import numpy as np

def softmax(x):
    powers = np.exp(x - np.max(x, axis=-1))
    return powers / np.sum(powers, axis=-1)
""", "keepdims=True is forgotten"),
    ("softmax-forward", """
import numpy as np

def softmax(x):
    powers = np.exp(x - np.amax(x, axis=0)[None])
    return powers / np.add.reduce(powers, 0)[None]
""", "runs along axis 0"),
    ("layer-norm-forward", """
import numpy as np

class LayerNorm:
    def __init__(self, n, eps=1e-5):
        self.eps, self.weight, self.bias = eps, np.ones(n), np.zeros(n)

    def forward(self, x):
        away = x - np.mean(x, -1, keepdims=True)
        square = np.einsum("...d,...d->...", away, away)[..., None]
        return away / np.sqrt(square + self.eps) * self.weight + self.bias, None
""", "the squares are summed up"),
    ("linear-backward", """
import numpy as np

class Linear:
    def __init__(self, d_in, d_out, bias=True):
        self.weight, self.dweight = np.zeros((d_out, d_in)), np.zeros((d_out, d_in))
        self.bias, self.dbias = np.zeros(d_out) if bias else None, np.zeros(d_out)

    def forward(self, x):
        y = x @ self.weight.T
        return (y if self.bias is None else y + self.bias), x

    def backward(self, dy, x):
        flat = dy.reshape(-1, dy.shape[-1])
        self.dweight = self.dweight + np.einsum("nf,nd->fd", flat, x.reshape(-1, x.shape[-1]))
        self.dbias = np.add.reduce(flat)
        return np.einsum("...f,fd->...d", dy, self.weight)
""", "dbias is set, not added to"),
    ("adamw-step", """
import numpy as np

def adamw(w, g, m, v, t, rate, decay, b1, b2, eps):
    m = b1 * m + (1 - b1) * g
    v = b2 * v + (1 - b2) * g ** 2
    step = m / (1 - b1 ** t) / (np.sqrt(v / (1 - b2 ** t)) + eps)
    w = w - rate * decay * w - rate * step
""", "makes a new array and gives it the name"),
    ("top-p", """
import numpy as np

def nucleus(p, top_p):
    order = np.argsort(p)[::-1]
    mask = np.zeros(p.shape, bool)
    mask[order[:np.searchsorted(np.cumsum(p[order]), top_p) + 1]] = True
    return mask
""", "of equal probabilities the highest ids enter first"),
    ("dpo-loss", """
import numpy as np

def dpo_loss(chosen, rejected, reference_chosen, reference_rejected, beta):
    h = (chosen - rejected) - (reference_chosen - reference_rejected)
    return float(sum(np.logaddexp(0, -beta * one) for one in h))
""", "the sum over the pairs"),
    ("multi-head-attention", """
import numpy as np

def multi_head_attention(x, qkv, out, n_heads):
    q, k, v = np.split(x @ qkv, 3, -1)
    return q
""", "a transpose is forgotten"),
    ("kv-cache", """
import numpy as np

class Cache:
    def __init__(self, capacity):
        self.rows = []

    def extend(self, k, v):
        return k + 0, v + 0
""", None),
    ("lora-merge", """
def merged(W, A, B, alpha):
    for f in range(len(W)):
        W[f] += alpha * (B[f] @ A) / A.shape[0]
    return W
""", "W is changed in place"),
]


@pytest.mark.parametrize("name, source, cause", HANDS, ids=[name for name, *_ in HANDS])
def test_a_mistake_is_recognised_by_its_numbers(name, source, cause):
    verdict = verdict_of(exercise_called(name), source)
    assert verdict.status == "wrong", verdict
    if cause is None:       # two mistakes at once are none of those that are known
        assert not verdict.causes
    else:
        assert len(verdict.causes) == 1 and cause in verdict.causes[0], verdict.causes


RIGHT = [
    ("softmax-forward", """
import numpy as np

def softmax(x):
    x = x - np.max(x, axis=-1)[..., None]
    return np.exp(x) / np.exp(x).sum(axis=-1)[..., None]
"""),
    ("top-p", """
import numpy as np

def nucleus(p, top_p):
    kept, total = set(), 0.0
    for i in sorted(range(len(p)), key=lambda i: (-p[i], i)):
        if total >= top_p:
            break
        kept.add(i)
        total += p[i]
    return np.array([i in kept for i in range(len(p))])
"""),
    ("gqa-backward", """
import numpy as np

def gqa_backward(dy, q, k, v):
    B, H, T, K = q.shape
    G = k.shape[1]
    q, dy = (a.reshape(B, G, H // G, T, K) for a in (q, dy))
    scores = np.einsum("bgrtk,bgsk->bgrts", q, k) / K ** 0.5 - 1e30 * (1 - np.tri(T))
    w = np.exp(scores - scores.max(-1, keepdims=True))
    w /= w.sum(-1, keepdims=True)
    dw = np.einsum("bgrtk,bgsk->bgrts", dy, v)
    ds = w * (dw - np.einsum("bgrts,bgrts->bgrt", dw, w)[..., None]) / K ** 0.5
    return (np.einsum("bgrts,bgsk->bgrtk", ds, k).reshape(B, H, T, K),
            np.einsum("bgrts,bgrtk->bgsk", ds, q), np.einsum("bgrts,bgrtk->bgsk", w, dy))
"""),
]


@pytest.mark.parametrize("name, source", RIGHT, ids=[name for name, _ in RIGHT])
def test_another_right_way_passes(name, source):
    verdict = verdict_of(exercise_called(name), source)
    assert verdict.passed, verdict


FORGOTTEN = [
    ("softmax-forward", "def softmax(x):\n    x + 1", "没有返回"),
    ("softmax-backward", "def softmax(x):\n    return x\n\n"
                         "def softmax_backward(dp, p):\n    dp * p", "反向传播什么也没有返回"),
]


@pytest.mark.parametrize("name, source, said", FORGOTTEN, ids=[name for name, *_ in FORGOTTEN])
def test_a_forgotten_return_is_called_so(name, source, said):
    exercise = exercise_called(name)
    module = module_of(exercise.module, source, exercise.folder / "solution.py")
    judge = judge_of(exercise)
    lines = {language: judge(exercise, module, language, seconds=0, shrinking=0.1).lines
             for language in ("en", "zh")}
    assert "is its return missing?" in lines["en"][0], lines
    assert said in lines["zh"][0], lines


def test_an_answer_may_be_a_number_of_numpy():
    exercise = exercise_called("first-loss")
    source = ("import numpy as np\nfirst_loss = np.log(50257)\n"
              "uniform_perplexity = np.int64(50257)\nbits = ")
    assert verdict_of(exercise, source + "np.float32(np.log2(50257))").passed
    assert verdict_of(exercise, source + "np.bool_(True)").status == "error"
