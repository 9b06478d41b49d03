"""Load balance: a second loss, for mixtures of experts. Left alone, a router
comes to send every token to the few experts that learned first. This loss
pushes down the shares of busy experts.

Shapes: N tokens, of all layers together, E experts, k of them for each token.
"""
import numpy as np

from .softmax import softmax, softmax_backward

__all__ = ["LoadBalance", "load_balance_loss", "load_balance_loss_backward"]


def load_balance_loss(logits, chosen, kept=None):
    """loss = E sum_e f_e P_e

    f_e is how many of a token's assignments go to expert e, P_e the share that
    the router's softmax gives it, both on average. The f_e sum to k, so that
    of perfectly even use the loss is k. Fedus et al. 2021 (arXiv:2101.03961),
    eq. 4 to 6, with k = 1.

    logits (N, E), chosen (N, k), kept (N,) True for the tokens that count,
    None = all -> loss (), cache
    """
    N, E = logits.shape
    p = softmax(logits)                                    # (N, E)
    assigned = np.zeros_like(p)                            # (N, E)
    np.put_along_axis(assigned, chosen, 1, -1)
    kept = np.ones(N, bool) if kept is None else kept      # (N,)
    share = kept[:, None].astype(p.dtype) / max(1, int(kept.sum()))
    f = (assigned * share).sum(0)                          # (E,)
    P = (p * share).sum(0)                                 # (E,)
    return E * (f * P).sum(), (p, f, share)


def load_balance_loss_backward(dloss, cache):
    """dloss () -> dlogits (N, E)

    f counts choices, which no small change moves: it has no gradient. What is
    left is linear in p, with the slope

        dp_ne = dloss E f_e share_n

    the same for every token: the more an expert is used, the more its share is
    pushed down, everywhere. Then back through softmax, which looks only at
    what is above the average: even use gives no gradient at all.
    """
    p, f, share = cache
    dp = dloss * p.shape[-1] * f * share                   # (N, E)
    return softmax_backward(dp, p)


class LoadBalance:
    """What the mixtures of experts of a model chose in one forward pass.

        balance = LoadBalance()
        logits, cache = model.forward(ids, balance=balance)
        loss = balance.loss(0.001)        # beside the model's own
        balance.backward(dloss)           # before the model's backward
        model.backward(dlogits, cache)    # each router takes its part along

    The tokens of all layers are averaged together, as in Mixtral and Qwen3:
    what a layer does too much another one may do too little.

    Parameters
    ----------
    kept : array, optional
        (B, T) booleans, False for padding, which counts for nothing.
    """

    def __init__(self, kept=None):
        self.kept = kept
        self.layers = []
        self.dlogits = None

    def append(self, logits, chosen):
        """A layer's logits (N, E) and chosen (N, k) -> its place here"""
        self.layers.append((logits, chosen))
        return len(self.layers) - 1

    def loss(self, coefficient=1.0):
        """coefficient times the loss; 0 for a model without experts"""
        if not self.layers:
            return 0.0
        logits, chosen = map(np.concatenate, zip(*self.layers, strict=True))
        kept = self.kept
        if kept is not None:
            kept = np.tile(kept.reshape(-1), len(self.layers))
        loss, self.cache = load_balance_loss(logits, chosen, kept)
        self.coefficient = coefficient
        return coefficient * loss

    def backward(self, dloss):
        """dloss () -> nothing: every layer's gradient waits for it here"""
        if self.layers:
            dlogits = load_balance_loss_backward(
                dloss * self.coefficient, self.cache)
            ends = np.cumsum([len(logits) for logits, _ in self.layers])
            self.dlogits = np.split(dlogits, ends[:-1])

    def add_gradient(self, dlogits, layer):
        """dlogits (N, E) of a layer, with the share of this loss added"""
        if self.dlogits is None:  # nobody asked for the loss
            return dlogits
        return dlogits + self.dlogits[layer]
