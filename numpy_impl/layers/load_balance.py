"""Load balance: a second loss, for mixtures of experts. Left alone, a router
comes to send every token to the few experts that learned first. This loss is
smallest where all are used evenly.

Shapes: L layers with experts, N tokens, E experts, k of them for each token.
"""
import numpy as np

from .softmax import softmax, softmax_backward

__all__ = ["LoadBalance", "load_balance_loss", "load_balance_loss_backward"]


def load_balance_loss(logits, chosen, kept=None):
    """loss = E sum_e f_e P_e

    f_e is how many of a token's assignments go to expert e, P_e the share that
    the router's softmax gives it, both averaged over the tokens of all layers
    together. sum_e f_e = k, so a loss of k is perfectly even. Fedus et al.
    2021 (arXiv:2101.03961), eq. 4 to 6, there with k = 1 and for each layer
    alone; together as Qwen3 and Mixtral are trained.

    logits (L, N, E), chosen (L, N, k), kept (N,) True for the tokens that
    count, None = all -> loss (), cache
    """
    L, N, E = logits.shape
    p = softmax(logits)                                    # (L, N, E)
    assigned = np.zeros_like(p)                            # (L, N, E)
    np.put_along_axis(assigned, chosen, 1, -1)
    kept = np.ones(N, bool) if kept is None else kept      # (N,)
    share = kept.astype(p.dtype) / (L * max(1, int(kept.sum())))
    f = (assigned * share[:, None]).sum((0, 1))            # (E,)
    P = (p * share[:, None]).sum((0, 1))                   # (E,)
    return E * (f * P).sum(), (p, f, share)


def load_balance_loss_backward(dloss, cache):
    """dloss () -> dlogits (L, N, E)

    f counts choices, which no small change moves: it has no gradient. What is
    left is linear in p, with the slope

        dp_lne = dloss E f_e share_n

    the same for every token: the more an expert is used, the more its share is
    pushed down, everywhere. Then back through softmax, which looks only at
    what is above the average: even use gives no gradient at all.
    """
    p, f, share = cache
    dp = dloss * p.shape[-1] * f * share[:, None]          # (N, E)
    return softmax_backward(dp, p)                         # (L, N, E)


class LoadBalance:
    """What the mixtures of experts chose in one forward pass, and its loss.

        balance = LoadBalance()
        logits, cache = model.forward(ids, balance=balance)
        loss = balance.loss(0.001)        # beside the model's own
        balance.backward(dloss)           # before the model's backward
        model.backward(dlogits, cache)    # each router takes its part along

    Parameters
    ----------
    kept : array, optional
        (B, T) or (N,) booleans, False for padding, which counts for nothing.
    """

    def __init__(self, kept=None):
        self.kept = None if kept is None else kept.reshape(-1)
        self.logits, self.chosen = [], []
        self.dlogits = None

    def append(self, logits, chosen):
        """A layer tells whom it chose: logits (N, E), chosen (N, k)

        Returns its place among the layers, for `add_gradient`.
        """
        self.logits.append(logits)
        self.chosen.append(chosen)
        return len(self.logits) - 1

    def loss(self, coefficient=1.0):
        """coefficient times the loss; 0 for a model without experts"""
        if not self.logits:
            return 0.0
        self.coefficient = coefficient
        loss, self.cache = load_balance_loss(
            np.stack(self.logits), np.stack(self.chosen), self.kept)
        return coefficient * loss

    def backward(self, dloss):
        """dloss () -> nothing: every layer's gradient waits for it here"""
        if self.logits:
            self.dlogits = load_balance_loss_backward(
                dloss * self.coefficient, self.cache)

    def add_gradient(self, dlogits, layer):
        """dlogits (N, E) of a layer, with this loss's share added"""
        if self.dlogits is None:  # nobody asked for the loss
            return dlogits
        return dlogits + self.dlogits[layer]
