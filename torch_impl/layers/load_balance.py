"""Load balance: a second loss, for mixtures of experts. Left alone, a router
comes to send every token to the few experts that learned first. This loss is
smallest where all are used evenly.

Shapes: L layers with experts, N tokens, E experts, k of them for each token.
"""
import torch

from .softmax import softmax

__all__ = ["LoadBalance", "load_balance_loss"]


def load_balance_loss(logits, chosen, kept=None):
    """loss = E sum_e f_e P_e

    f_e is how many of a token's assignments go to expert e, P_e the share that
    the router's softmax gives it, both averaged over the tokens of all layers
    together. sum_e f_e = k, so a loss of k is perfectly even. Fedus et al.
    2021 (arXiv:2101.03961), eq. 4 to 6, there with k = 1 and for each layer
    alone; together as Qwen3 and Mixtral are trained.

    logits (L, N, E), chosen (L, N, k), kept (N,) True for the tokens that
    count, None = all -> loss ()
    """
    L, N, E = logits.shape
    p = softmax(logits)                                    # (L, N, E)
    assigned = torch.zeros_like(p)                         # (L, N, E)
    assigned = assigned.scatter(-1, chosen, 1)
    kept = p.new_ones(N) if kept is None else kept         # (N,)
    share = kept.to(p.dtype) / (L * kept.sum().clamp(min=1))
    f = (assigned * share[:, None]).sum((0, 1))            # (E,)
    P = (p * share[:, None]).sum((0, 1))                   # (E,)
    return E * (f * P).sum()


class LoadBalance:
    """What the mixtures of experts chose in one forward pass, and its loss.

        balance = LoadBalance()
        logits = model(ids, balance=balance)
        loss = balance.loss(0.001)        # beside the model's own

    Parameters
    ----------
    kept : tensor, optional
        (B, T) or (N,) booleans, False for padding, which counts for nothing.
    """

    def __init__(self, kept=None):
        self.kept = None if kept is None else kept.reshape(-1)
        self.logits, self.chosen = [], []

    def append(self, logits, chosen):
        """A layer tells whom it chose: logits (N, E), chosen (N, k)"""
        self.logits.append(logits)
        self.chosen.append(chosen)

    def loss(self, coefficient=1.0):
        """coefficient times the loss; 0 for a model without experts"""
        if not self.logits:
            return 0.0
        loss = load_balance_loss(
            torch.stack(self.logits), torch.stack(self.chosen), self.kept)
        return coefficient * loss
