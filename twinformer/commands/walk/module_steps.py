"""What `twinformer walk` says about what a decoder's layers return, by the layer's name."""
from typing import Any

from .steps import Step

__all__ = ["LOSS", "backward_step", "forward_step"]

ATTENTION = "layers/grouped_query_attention.py"
FEED_FORWARD = "layers/gated_feed_forward.py"
EXPERTS = "layers/mixture_of_experts.py"
NORM = "layers/rms_norm.py"

# Name in a block, or of the model: title, formula, reason, file, axes. {b} is the offset, where
# the layer has one.
FORWARD = {
    "token_embedding": ("token embedding", "x = E[ids]{scale}",
                        "Each token's row of a learned table: its meaning; attention adds where "
                        "it stands.", "layers/embedding.py", "TD"),
    "norm1": ("norm", "{norm}", "Every row gets the same length, whatever came before.",
              NORM, "TD"),
    "attention.q": ("queries", "q = h W_q^T{b}", "What each position looks for.",
                    ATTENTION, "HTK"),
    "attention.k": ("keys", "k = h W_k^T{b}", "What each position offers to be found by: fewer "
                    "heads, each for several of the queries'.", ATTENTION, "HTK"),
    "attention.v": ("values", "v = h W_v^T{b}", "What each position hands over when it is found.",
                    ATTENTION, "HTK"),
    "attention.q_norm": ("norm of the queries", "{norm}", "So that scores stay in bounds.",
                         NORM, "HTK"),
    "attention.k_norm": ("norm of the keys", "{norm}", "As that of the queries.", NORM, "HTK"),
    "attention.out": ("attention", "h = merge(softmax(rotate(q) rotate(k)^T scale) v) W_out^T{b}",
                      "Queries and keys are turned by their positions; each takes its mixture of "
                      "the values.", ATTENTION, "TD"),
    "post_norm1": ("norm behind attention", "{norm}",
                   "What attention adds to the stream keeps its size.", NORM, "TD"),
    "norm2": ("norm", "{norm}", "As before, with weights of its own.", NORM, "TD"),
    "feed_forward.gate": ("feed-forward, gate", "g = h W_gate^T{b}",
                          "How far each feature is let through.", FEED_FORWARD, "TF"),
    "feed_forward.up": ("feed-forward, up", "u = h W_up^T{b}",
                        "Room to work in, each position by itself.", FEED_FORWARD, "TF"),
    "feed_forward.down": ("feed-forward, down", "h = (act(g) u) W_down^T{b}",
                          "The bend is in the gate; then back to D numbers.", FEED_FORWARD, "TD"),
    "feed_forward.router": ("router", "scores = h W_router^T{b}",
                            "Which experts shall work on each token: those with the largest "
                            "scores do.", "layers/router.py", "TE"),
    "feed_forward": ("experts", "h = sum of weight expert(h) over the experts chosen",
                     "Each token meets a few of many small feed-forwards.", EXPERTS, "TD"),
    "post_norm2": ("norm behind the feed-forward", "{norm}",
                   "What it adds to the stream keeps its size.", NORM, "TD"),
    "": ("shortcuts", "x = x + attention, then x = x + feed-forward",
         "The block's output, the next block's input; nothing is overwritten.",
         "layers/decoder_block.py", "TD"),
    "final_norm": ("final norm", "{norm}",
                   "One last time, so that the head reads rows of one size.", NORM, "TD"),
    "head": ("logits", "logits = x W^T{b}",
             "A score for each token of the vocabulary as the next one.", "models/decoder.py",
             "TV"),
}

LOSS = Step("loss", "loss", "loss = -mean_t log p[t, target_t],  p = softmax(logits)",
            "How surprised the model was by what really came next, in nats per token.",
            "training/loss.py", "")

# The formula of what a layer does with the gradient of what it returned
LINEAR = "dh = dy W        dW += dy^T h{db}"
BACKWARD = {
    "token_embedding": ("dE[ids] += dy{scale}", "Here the table learns. A token read twice gets "
                        "the sum of both gradients."),
    "": ("dx arrives from above", "A shortcut sends the gradient both ways: into the "
         "feed-forward, and past it."),
    "feed_forward": ("dexpert = weight dy,  dweight = sum(dy expert(h))",
                     "An expert hears from the tokens that chose it; the choice has no gradient."),
    "norm": ("dx = (g - x_hat mean(g x_hat)) / sqrt(mean(x^2) + eps),  g = {g} dy",
             "The norm removes the length, so its gradient has none."),
    "linear": (LINEAR, "A weight moves where its input was active while its output was wrong."),
}

X_HAT = "x_hat = x / sqrt(mean(x^2) + eps),  "


def forward_step(inner: str, module: Any) -> Step | None:
    """What to say of a module of this name within its block; None: nothing by itself."""
    if inner not in FORWARD or (inner == "feed_forward" and not hasattr(module, "router")):
        return None
    title, formula, reason, file, axes = FORWARD[inner]
    return Step(inner, title, formula.format(**words_of(module)), reason, file, axes)


def backward_step(inner: str, module: Any) -> Step | None:
    """The same of the gradient of what it returned."""
    step = forward_step(inner, module)
    if step is None:
        return None
    kind = inner if inner in BACKWARD else "norm" if "norm" in inner else "linear"
    formula, reason = BACKWARD[kind]
    return step._replace(title=f"gradient: {step.title}", reason=reason,
                         formula=formula.format(**words_of(module)))


def words_of(module: Any) -> dict[str, str]:
    """What the formulas of layers differ in."""
    offset = hasattr(module, "offset")      # Gemma's norms
    biased = getattr(module, "bias", None) is not None
    scaled = getattr(module, "scale", None) is not None
    return {"b": " + b" if biased else "", "db": "        db += sum dy" if biased else "",
            "scale": " sqrt(D)" if scaled else "", "g": "(1 + offset)" if offset else "weight",
            "norm": X_HAT + ("h = (1 + offset) x_hat" if offset else "h = weight x_hat")}
