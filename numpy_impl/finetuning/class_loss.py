"""The loss of a classifier: cross-entropy, with two refinements for labelled
data as they are: rare classes may weigh more, and no label is quite certain.

Shapes: B texts, C classes.
"""
import numpy as np

from ..layers.softmax import log_softmax

__all__ = ["class_loss", "class_loss_backward"]


def class_loss(scores, labels, class_weights=None, label_smoothing=0.0):
    """loss = -sum_n sum_c q_nc v_c log softmax(scores_n)_c

    with the targets q_nc = e / C, and 1 - e more for the label of n.

    class_weights : v, C numbers, None = all 1. With v_c = N / (C N_c), N_c of
        N texts being of class c, each class has the same say; their mean over
        the texts is 1, so that the loss needs no division by weights.
    label_smoothing : e, as if so many labels had been drawn by lot; the least
        loss is then at finite scores. Szegedy et al. 2016 (arXiv:1512.00567),
        section 7; weighted as in torch.nn.functional.cross_entropy.
    scores (B, C), labels (B,) -> loss (), cache

    Raises
    ------
    ValueError
        If there is not one label for each row, or one is no class.
    """
    check_labels(scores, labels)
    if class_weights is not None:
        class_weights = np.asarray(class_weights, scores.dtype)  # (C,)
    C = scores.shape[1]
    logp = log_softmax(scores)                             # (B, C)
    q = np.full_like(scores, label_smoothing / C)          # (B, C)
    q[np.arange(len(labels)), labels] += 1 - label_smoothing
    if class_weights is not None:
        q = q * class_weights
    terms = np.where(q == 0, 0, q * logp)  # 0 of an endless surprise is 0
    losses = -terms.sum(1)                                 # (B,)
    loss = losses.sum()
    return loss, (logp, q)


def class_loss_backward(dloss, cache):
    """dloss () -> dscores (B, C)

    log p_c is z_c minus the log of the sum of exps, whose slope is softmax(z);
    every term of the sum over c has the latter once, with its weight q_c:

        dscores = (softmax(scores) sum_c q_c - q) dloss

    What the model believes, minus what it shall believe. Each row sums to 0:
    only differences of scores matter.
    """
    logp, q = cache
    total = q.sum(1, keepdims=True)                        # (B, 1)
    return (np.exp(logp) * total - q) * dloss              # (B, C)


def check_labels(scores, labels):
    B, C = scores.shape
    if labels.shape != (B,):
        raise ValueError(f"one label for each row of scores: expected shape "
                         f"({B},), got {tuple(labels.shape)}")
    if B and not 0 <= labels.min() <= labels.max() < C:
        raise ValueError(f"a label must lie in 0..{C - 1}, got "
                         f"{labels.min()}..{labels.max()}")
