"""What `twinformer walk` says about each array: formula, reason, source file.

The names are those of walked.py; the formulas those of the layers' docstrings.
"""
from typing import NamedTuple

__all__ = ["BACKWARD", "BACKWARD_BLOCK", "BACKWARD_END", "FORWARD_BEGIN", "FORWARD_BLOCK",
           "FORWARD_END", "Step"]


class Step(NamedTuple):
    """One array of the pass; `name` is its key, without the block's prefix."""
    name: str
    title: str
    formula: str
    reason: str
    file: str
    axes: str  # of the array without the batch: T, D, H, K, F, V


FORWARD_BEGIN = [
    Step("tokens", "token embedding", "x = E[ids]",
         "Each token's row of a learned table: its meaning, as D numbers.",
         "layers/embedding.py", "TD"),
    Step("positions", "position embedding", "x = x + P[0..T-1]",
         "Attention alone cannot tell first from last, so each place adds a vector of its own.",
         "layers/positions.py", "TD"),
]

FORWARD_BLOCK = [
    Step("norm1", "layer norm",
         "x_hat = (x - mean(x)) / sqrt(var(x) + eps),  h = weight x_hat + bias",
         "Every row gets mean 0 and variance 1, whatever came before.",
         "layers/norm.py", "TD"),
    Step("q", "queries", "q, k, v = split(h W_qkv^T + b_qkv)",
         "What each position looks for. One product makes q, k and v of all heads.",
         "layers/multi_head_attention.py", "HTK"),
    Step("k", "keys", "the second third of the same product",
         "What each position offers to be found by.",
         "layers/multi_head_attention.py", "HTK"),
    Step("v", "values", "the last third",
         "What each position hands over when it is found.",
         "layers/multi_head_attention.py", "HTK"),
    Step("scores", "attention scores", "scores = q k^T / sqrt(K)",
         "How well each query (row) fits each key (column).",
         "layers/attention.py", "HTT"),
    Step("mask", "causal mask", "mask[t, s] = s <= t",
         "1 = may attend: a position sees itself and the past, never the future.",
         "layers/attention.py", "TT"),
    Step("weights", "attention weights", "weights = softmax(scores where mask, else -inf)",
         "Scores become shares: each row adds up to 1.",
         "layers/softmax.py", "HTT"),
    Step("context", "context", "context = weights v",
         "Each position takes its mixture of the values.",
         "layers/attention.py", "HTK"),
    Step("projection", "output projection", "h = merge(context) W_out^T + b_out",
         "The heads side by side, mixed back into D numbers.",
         "layers/multi_head_attention.py", "TD"),
    Step("residual1", "shortcut", "x = x + h",
         "What attention found is added to the stream; nothing is overwritten.",
         "layers/block.py", "TD"),
    Step("norm2", "layer norm",
         "x_hat = (x - mean(x)) / sqrt(var(x) + eps),  h = weight x_hat + bias",
         "As before, with weights of its own.",
         "layers/norm.py", "TD"),
    Step("up", "feed-forward, up", "u = h W_up^T + b_up",
         "Four times as wide: room to work in, each position by itself.",
         "layers/feed_forward.py", "TF"),
    Step("gelu", "GELU", "a = u/2 (1 + tanh(z)),  z = sqrt(2/pi) (u + 0.044715 u^3)",
         "The bend: without it, two linear layers would be one.",
         "layers/activations.py", "TF"),
    Step("down", "feed-forward, down", "h = a W_down^T + b_down",
         "Back to D numbers.",
         "layers/feed_forward.py", "TD"),
    Step("residual2", "shortcut", "x = x + h",
         "The block's output, the next block's input.",
         "layers/block.py", "TD"),
]

FORWARD_END = [
    Step("final_norm", "final layer norm",
         "x_hat = (x - mean(x)) / sqrt(var(x) + eps),  x = weight x_hat + bias",
         "One last time, so that the head reads rows of one size.",
         "layers/norm.py", "TD"),
    Step("logits", "logits", "logits = x E^T",
         "A score for each token of the vocabulary as the next one; E is the embedding again.",
         "models/gpt2.py", "TV"),
    Step("log_probabilities", "log-probabilities",
         "log p = logits - log sum exp(logits)",
         "The logarithm of softmax: how strongly the model believes in each next token.",
         "layers/softmax.py", "TV"),
    Step("loss", "loss", "loss = -mean_t log p[t, target_t]",
         "How surprised the model was by what really came next, in nats per token.",
         "training/loss.py", ""),
]

# The gradient of the loss by each array, from the last to the first.
BACKWARD = [
    Step("logits", "gradient of the logits", "dlogits = (p - onehot(target)) / T",
         "Belief minus truth: only the target's score is pushed up.",
         "training/loss.py", "TV"),
    Step("final_norm", "through the head", "dx = dlogits E        dE += dlogits^T x",
         "Each factor of a product receives the other times the gradient.",
         "layers/linear.py", "TD"),
]

BACKWARD_BLOCK = [
    Step("residual2", "at the block's output", "dx arrives from above",
         "A shortcut sends the gradient both ways: into the feed-forward, and past it.",
         "layers/block.py", "TD"),
    Step("gelu", "through feed-forward, down", "da = dh W_down        dW_down += dh^T a",
         "A weight moves where its input was active while its output was wrong.",
         "layers/linear.py", "TF"),
    Step("up", "through GELU", "du = da ((1+t)/2 + u/2 (1-t^2) dz/du),  t = tanh(z)",
         "u enters GELU twice: as a factor and inside tanh.",
         "layers/activations.py", "TF"),
    Step("norm2", "through feed-forward, up", "dh = du W_up        dW_up += du^T h",
         "The same rule as for every linear layer.",
         "layers/linear.py", "TD"),
    Step("residual1", "through layer norm, and the shortcut",
         "dx += (g - mean(g) - x_hat mean(g x_hat)) / sqrt(var(x) + eps),  g = weight dh",
         "Norm removes shift and scale, so its gradient has neither; the shortcut adds dx itself.",
         "layers/norm.py", "TD"),
    Step("context", "through the output projection", "dcontext = split(dx W_out)",
         "Back into heads.",
         "layers/multi_head_attention.py", "HTK"),
    Step("v", "values", "dv = weights^T dcontext",
         "A value hears from every position that attended to it.",
         "layers/attention.py", "HTK"),
    Step("weights", "attention weights", "dweights = dcontext v^T",
         "How the loss would change with each share of the mixture.",
         "layers/attention.py", "HTT"),
    Step("scores", "through softmax", "dscores = w (dw - sum_s dw w),  w = weights",
         "Only better or worse than the average counts: every row adds up to 0.",
         "layers/softmax.py", "HTT"),
    Step("q", "queries", "dq = dscores k / sqrt(K)",
         "Every key that the query was compared with pulls at it, by its dscore.",
         "layers/attention.py", "HTK"),
    Step("k", "keys", "dk = dscores^T q / sqrt(K)",
         "Every query that was compared with the key pulls at it, by its dscore.",
         "layers/attention.py", "HTK"),
    Step("norm1", "through the q, k, v product",
         "dh = [dq dk dv] W_qkv        dW_qkv += [dq dk dv]^T h",
         "Three gradients, one product.",
         "layers/linear.py", "TD"),
    Step("input", "through layer norm, and the shortcut",
         "dx += (g - mean(g) - x_hat mean(g x_hat)) / sqrt(var(x) + eps),  g = weight dh",
         "The gradient of the block's input: what the block below, or the embeddings, hear.",
         "layers/norm.py", "TD"),
]

BACKWARD_END = [
    Step("tokens", "gradient of the embedded tokens",
         "dP += dx        dE[ids] += dx",
         "Here the two tables learn. A token read twice gets the sum of both gradients.",
         "layers/embedding.py", "TD"),
]
