"""Load balance: a second loss, for mixtures of experts. Left alone, a router
comes to send every token to the few experts that learned first. This loss
pushes down the shares of busy experts.

Shapes: N tokens, of all layers together, E experts, k of them for each token.
"""
import torch

from .softmax import softmax

__all__ = ["LoadBalance", "load_balance_loss"]


def load_balance_loss(logits, chosen, kept=None):
    """loss = E sum_e f_e P_e

    f_e is how many of a token's assignments go to expert e, P_e the share that
    the router's softmax gives it, both on average. The f_e sum to k, so that
    of perfectly even use the loss is k. Fedus et al. 2021 (arXiv:2101.03961),
    eq. 4 to 6, with k = 1.

    logits (N, E), chosen (N, k), kept (N,) True for the tokens that count,
    None = all -> loss ()
    """
    N, E = logits.shape
    p = softmax(logits)                                    # (N, E)
    assigned = torch.zeros_like(p)                         # (N, E)
    assigned = assigned.scatter(-1, chosen, 1)
    kept = p.new_ones(N) if kept is None else kept         # (N,)
    share = kept[:, None].to(p.dtype) / kept.sum().clamp(min=1)
    f = (assigned * share).sum(0)                          # (E,)
    P = (p * share).sum(0)                                 # (E,)
    return E * (f * P).sum()


class LoadBalance:
    """What the mixtures of experts of a model chose in one forward pass.

        balance = LoadBalance()
        logits = model(ids, balance=balance)
        loss = balance.loss(0.001)        # beside the model's own

    The tokens of all layers are averaged together, as in Mixtral and Qwen3:
    what a layer does too much another one may do too little.

    Parameters
    ----------
    kept : tensor, optional
        (B, T) booleans, False for padding, which counts for nothing.
    """

    def __init__(self, kept=None):
        self.kept = kept
        self.layers = []

    def append(self, logits, chosen):
        """A layer's logits (N, E) and chosen (N, k) -> its place here"""
        self.layers.append((logits, chosen))
        return len(self.layers) - 1

    def loss(self, coefficient=1.0):
        """coefficient times the loss; 0 for a model without experts"""
        if not self.layers:
            return 0.0
        logits, chosen = map(torch.cat, zip(*self.layers, strict=True))
        kept = self.kept
        if kept is not None:
            kept = kept.reshape(-1).tile(len(self.layers))
        loss = load_balance_loss(logits, chosen, kept)
        return coefficient * loss
