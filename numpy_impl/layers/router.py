"""Routers: which experts of a mixture work on a token, and how much each of
them counts. The choice itself has no gradient, as a small change of the scores
changes no choice; the router learns through the weights of those it chose.

Shapes: N tokens, E experts, k = top_k of them chosen for each token.
"""
import numpy as np

from twinformer.checks import check_expert_groups, check_top_k

from .activations import sigmoid
from .softmax import softmax, softmax_backward

__all__ = ["choose", "softmax_then_top_k", "top_k_then_softmax",
           "sigmoid_with_groups", "softmax_then_top_k_backward",
           "top_k_then_softmax_backward", "sigmoid_with_groups_backward",
           "route_backward"]

NO_SUM = 1e-20  # as DeepSeek's own code adds it, in place of a sum of 0


def choose(scores, k):
    """The indices of the k largest scores of each row, the largest first.

    Of equal ones the lower index comes first. A NaN counts as the largest:
    it shall be seen.
    scores (N, E) -> chosen (N, k)

    Raises
    ------
    ValueError
        If k does not lie in 1..E.
    """
    E = scores.shape[-1]
    check_top_k(k, E)
    # from behind, and back: of equal ones that turns the order round twice
    order = np.argsort(scores[:, ::-1], -1, kind="stable")
    return E - 1 - order[:, ::-1][:, :k]


def softmax_then_top_k(logits, top_k, renormalise=True):
    """p = softmax(logits); the k largest, divided by their sum if asked for

    Qwen3-MoE renormalises: that is top_k_then_softmax by another way.
    Mixtral, Jiang et al. 2024 (arXiv:2401.04088), section 2.1; without, Fedus
    et al. 2021 (arXiv:2101.03961), eq. 2. The logits are what is compared:
    far shares may round to the same number.
    logits (N, E) -> (weights (N, k), chosen (N, k)), cache
    """
    p = softmax(logits)                                    # (N, E)
    chosen = choose(logits, top_k)                         # (N, k)
    weights = np.take_along_axis(p, chosen, -1)            # (N, k)
    total = None
    if renormalise:
        total = weights.sum(-1, keepdims=True)             # (N, 1)
        weights = weights / total
    return (weights, chosen), (weights, chosen, total, p)


def top_k_then_softmax(logits, top_k):
    """The k largest logits; weights = their softmax

    gpt-oss; Shazeer et al. 2017 (arXiv:1701.06538), eq. 3 and 5.
    logits (N, E) -> (weights (N, k), chosen (N, k)), cache
    """
    chosen = choose(logits, top_k)                         # (N, k)
    weights = softmax(np.take_along_axis(logits, chosen, -1))
    return (weights, chosen), (weights, chosen, logits.shape)


def sigmoid_with_groups(logits, top_k, bias=None, groups=1, kept_groups=1,
                        scale=1.0, renormalise=True):
    """s = sigmoid(logits); weights = scale s / sum(s) of the k chosen ones

    Chosen are the largest s + bias, in the best groups of experts alone: those
    whose two best have the largest sum. bias is what keeps the experts evenly
    used; it has a say in the choice, not in the weights, and no gradient.
    DeepSeek-V3 (arXiv:2412.19437), eq. 12 to 16.

    logits (N, E), bias E numbers
    -> (weights (N, k), chosen (N, k)), cache

    Raises
    ------
    ValueError
        If the groups are not of one size, or fewer than k experts are kept.
    """
    E = logits.shape[-1]
    check_expert_groups(top_k, E, groups, kept_groups)
    s = sigmoid(logits)                                    # (N, E)
    score = s if bias is None else s + np.asarray(bias, s.dtype)
    score = in_best_groups(score, groups, kept_groups)     # (N, E)
    chosen = choose(score, top_k)                          # (N, k)
    share = s_chosen = np.take_along_axis(s, chosen, -1)   # (N, k)
    total = None
    if renormalise:
        total = s_chosen.sum(-1, keepdims=True) + NO_SUM   # (N, 1)
        share = s_chosen / total
    cache = (share, chosen, total, s_chosen, scale, s.shape)
    return (scale * share, chosen), cache


def in_best_groups(score, groups, kept_groups):
    """The scores (N, E), -inf outside of each token's best groups"""
    N, E = score.shape
    grouped = score.reshape(N, groups, E // groups)
    best_two = np.sort(grouped, -1)[..., -2:].sum(-1)      # (N, groups)
    kept = np.zeros(best_two.shape, bool)                  # (N, groups)
    np.put_along_axis(kept, choose(best_two, kept_groups), True, 1)
    return np.where(kept[..., None], grouped, -np.inf).reshape(N, E)


def softmax_then_top_k_backward(dweights, cache):
    """dweights (N, k) -> dlogits (N, E)

    weights_i = p_i / total: p_j is in its own numerator, and in every total,
    along which all weights fall with the slope -weights / total. So

        dp_j = (dweights_j - sum_i dweights_i weights_i) / total

    for the chosen ones, 0 for the others, and then back through softmax. The
    others are in the normaliser of p; but with a total it cancels, and what
    is left for them is 0.
    """
    weights, chosen, total, p = cache
    if total is not None:
        along = (dweights * weights).sum(-1, keepdims=True)  # (N, 1)
        dweights = (dweights - along) / total              # (N, k)
    dp = spread(dweights, chosen, p.shape)                 # (N, E)
    return softmax_backward(dp, p)


def top_k_then_softmax_backward(dweights, cache):
    """dweights (N, k) -> dlogits (N, E), 0 where nothing was chosen"""
    weights, chosen, shape = cache
    return spread(softmax_backward(dweights, weights), chosen, shape)


def sigmoid_with_groups_backward(dweights, cache):
    """dweights (N, k) -> dlogits (N, E), 0 where nothing was chosen

    As with softmax, ds_j = (dshare_j - sum_i dshare_i share_i) / total, and
    then sigmoid's own slope, dz = ds s (1 - s). The bias moved the choice
    alone: nothing reaches it.
    """
    share, chosen, total, s, scale, shape = cache
    ds = scale * dweights                                  # (N, k)
    if total is not None:
        along = (ds * share).sum(-1, keepdims=True)        # (N, 1)
        ds = (ds - along) / total
    return spread(ds * s * (1 - s), chosen, shape)


def spread(dchosen, chosen, shape):
    """dchosen (N, k) at its places in zeros (N, E)"""
    dscores = np.zeros(shape, dchosen.dtype)
    np.put_along_axis(dscores, chosen, dchosen, -1)
    return dscores


def route_backward(route):
    """The backward of a rule above, or of a functools.partial of it.

    Raises
    ------
    ValueError
        If it is none of them.
    """
    rule = getattr(route, "func", route)
    if rule not in BACKWARD:
        known = ", ".join(known.__name__ for known in BACKWARD)
        raise ValueError(f"{rule.__name__} has no backward here: expected one "
                         f"of {known}")
    return BACKWARD[rule]


BACKWARD = {softmax_then_top_k: softmax_then_top_k_backward,
            top_k_then_softmax: top_k_then_softmax_backward,
            sigmoid_with_groups: sigmoid_with_groups_backward}
