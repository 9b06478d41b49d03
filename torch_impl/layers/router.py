"""Routers: which experts of a mixture work on a token, and how much each of
them counts. The choice itself has no gradient, as a small change of the scores
changes no choice; the router learns through the weights of those it chose.

Shapes: N tokens, E experts, k = top_k of them chosen for each token.
"""
import torch

from twinformer.checks import check_expert_groups, check_top_k

from .softmax import softmax

__all__ = ["choose", "softmax_then_top_k", "top_k_then_softmax",
           "sigmoid_with_groups"]

NO_SUM = 1e-20  # as DeepSeek's own code adds it, in place of a sum of 0


def choose(scores, k):
    """The indices of the k largest scores of each row, the largest first.

    Of equal ones the lower index comes first. A NaN counts as the largest:
    it shall be seen. (torch.topk promises no order of equal ones.)
    scores (N, E) -> chosen (N, k)

    Raises
    ------
    ValueError
        If k does not lie in 1..E.
    """
    E = scores.shape[-1]
    check_top_k(k, E)
    order = torch.argsort(scores, dim=-1, descending=True, stable=True)
    return order[:, :k]


def softmax_then_top_k(logits, top_k, renormalise=True):
    """p = softmax(logits); the k largest, divided by their sum if asked for

    Qwen3-MoE renormalises: that is top_k_then_softmax by another way.
    Mixtral, Jiang et al. 2024 (arXiv:2401.04088), section 2.1; without, Fedus
    et al. 2021 (arXiv:2101.03961), eq. 2. The logits are what is compared:
    far shares may round to the same number.
    logits (N, E) -> weights (N, k), chosen (N, k)
    """
    p = softmax(logits)                                    # (N, E)
    chosen = choose(logits, top_k)                         # (N, k)
    weights = p.gather(-1, chosen)                         # (N, k)
    if renormalise:
        weights = weights / weights.sum(-1, keepdim=True)
    return weights, chosen


def top_k_then_softmax(logits, top_k):
    """The k largest logits; weights = their softmax

    gpt-oss; Shazeer et al. 2017 (arXiv:1701.06538), eq. 3 and 5.
    logits (N, E) -> weights (N, k), chosen (N, k)
    """
    chosen = choose(logits, top_k)                         # (N, k)
    weights = softmax(logits.gather(-1, chosen))           # (N, k)
    return weights, chosen


def sigmoid_with_groups(logits, top_k, bias=None, groups=1, kept_groups=1,
                        scale=1.0, renormalise=True):
    """s = sigmoid(logits); weights = scale s / sum(s) of the k chosen ones

    Chosen are the largest s + bias, in the best groups of experts alone: those
    whose two best have the largest sum. bias is what keeps the experts evenly
    used; it has a say in the choice, not in the weights, and no gradient.
    DeepSeek-V3 (arXiv:2412.19437), eq. 12 to 16.

    logits (N, E), bias E numbers
    -> weights (N, k), chosen (N, k)

    Raises
    ------
    ValueError
        If the groups are not of one size, or fewer than k experts are kept.
    """
    E = logits.shape[-1]
    check_expert_groups(top_k, E, groups, kept_groups)
    s = torch.sigmoid(logits)                              # (N, E)
    score = s.detach()
    if bias is not None:
        score = score + torch.as_tensor(bias).to(s)
    score = in_best_groups(score, groups, kept_groups)     # (N, E)
    chosen = choose(score, top_k)                          # (N, k)
    share = s_chosen = s.gather(-1, chosen)                # (N, k)
    if renormalise:
        share = s_chosen / (s_chosen.sum(-1, keepdim=True) + NO_SUM)
    return scale * share, chosen


def in_best_groups(score, groups, kept_groups):
    """The scores (N, E), -inf outside of each token's best groups"""
    N, E = score.shape
    grouped = score.reshape(N, groups, E // groups)
    best_two = grouped.sort(-1)[0][..., -2:].sum(-1)       # (N, groups)
    kept = torch.zeros_like(best_two, dtype=torch.bool)    # (N, groups)
    kept.scatter_(1, choose(best_two, kept_groups), True)
    return grouped.where(kept[..., None], -torch.inf).reshape(N, E)
