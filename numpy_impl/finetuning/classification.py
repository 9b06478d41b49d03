"""The objective of a classifier: say which class a text is of.

Its model is a GPT whose head has one row a class instead of one a token, so
that forward gives a score for every class at every position.

Shapes: B batch, T positions, C classes.
"""
import numpy as np

from ..layers.attention import causal_mask
from .class_loss import class_loss, class_loss_backward
from .pooling import check_token, only_position, pool, pool_backward

__all__ = ["Classification", "attention_mask"]


class Classification:
    """Cross-entropy of the class that is read off the model's positions.

    A batch is a ClassificationBatch (text/collate.py): inputs (B, T), labels
    (B,), last (B,).

    Parameters
    ----------
    token : {"first", "last", "last_real", "mean"}
        What is read: see pooling.py.
    causal : bool
        Whether a token sees only what stands before it, as in pretraining.
    hide_padding : bool
        Whether no token may attend to padding.
    class_weights, label_smoothing
        As in class_loss.

    Raises
    ------
    ValueError
        For another token, and smoothing outside of [0, 1).
    """

    rows_are_apart = True

    def __init__(self, token="last_real", causal=True, hide_padding=False,
                 class_weights=None, label_smoothing=0.0):
        check_token(token)
        if not 0 <= label_smoothing < 1:
            raise ValueError(f"label_smoothing is a share of the labels: "
                             f"expected a number in [0, 1), got "
                             f"{label_smoothing}")
        self.token, self.causal = token, causal
        self.hide_padding = hide_padding
        self.class_weights = class_weights
        self.label_smoothing = label_smoothing

    def count(self, batch) -> int:
        """The texts."""
        return len(batch.labels)

    def forward(self, model, batch, keep=None):
        """-> the loss in nats, summed over the texts, cache"""
        scores, (cache, weights) = self.scores(model, batch, keep)  # (B, C)
        loss, loss_cache = class_loss(
            scores, batch.labels, self.class_weights, self.label_smoothing)
        return loss, (cache, weights, loss_cache)

    def backward(self, dloss, model, cache):
        """dloss () -> nothing; uses up the cache"""
        cache, weights, loss_cache = cache
        dscores = class_loss_backward(dloss, loss_cache)   # (B, C)
        dlogits = pool_backward(dscores, weights)          # (B, T, C)
        model.backward(dlogits, cache)

    def scores(self, model, batch, keep=None):
        """-> (B, C), cache"""
        T = batch.inputs.shape[1]
        mask = attention_mask(batch.last, T, self.causal, self.hide_padding)
        read = only_position(batch.last, T, self.token)    # (B, 1) or None
        logits, cache = model.forward(batch.inputs, keep, mask=mask, read=read)
        token = self.token if read is None else "first"  # of those read
        scores, weights = pool(logits, batch.last, token)
        return scores, (cache, weights)

    def predict(self, model, batch):
        """-> (B, C) scores without dropout, for what is not training"""
        return self.scores(model, batch)[0]


def attention_mask(last, length, causal, hide_padding):
    """last (B,) -> who may attend to whom, (B, T, T) or (T, T), None = causal

    Padding stands after the text. Under a causal mask no token of the text
    sees it anyway; only what padding itself says can change.
    """
    if causal and not hide_padding:
        return None
    T = length
    mask = causal_mask(T, T) if causal else np.ones((T, T), bool)
    if hide_padding:
        real = np.arange(T) <= last[:, None]               # (B, T)
        mask = mask & real[:, None]                        # (B, T, T)
    return mask
