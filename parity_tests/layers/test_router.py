"""Routers: who is chosen, to the last tie, and what the choice does not move."""
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import numpy_impl.layers.router as ours
import torch_impl.layers.router as theirs
from numpy_impl.layers.softmax import softmax

from ..agreement import assert_agree, assert_rounding
from ..running import bounds_of, run_numpy
from ..strategies import cases, generic, hostile

ROOM = "layers.router."


@given(st.data())
def test_the_same_are_chosen_to_the_last_tie(data):
    """Few distinct values, so ties everywhere: the lower index comes first,
    as a plain sort by (value, index) says."""
    N, E = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 9))
    k = data.draw(st.integers(1, E))
    scores = data.draw(hostile((N, E)))
    chosen = ours.choose(scores, k)
    expected = [sorted(range(E), key=lambda e: (-row[e], e))[:k]
                for row in scores]
    np.testing.assert_array_equal(chosen, expected)
    np.testing.assert_array_equal(
        theirs.choose(torch.from_numpy(scores), k), expected)


def test_a_nan_is_chosen_and_seen():
    scores = np.array([[1.0, np.nan, np.inf, -np.inf, np.nan]])
    for chosen in (ours.choose(scores, 4),
                   theirs.choose(torch.from_numpy(scores), 4)):
        np.testing.assert_array_equal(chosen, [[1, 4, 2, 0]])


@pytest.mark.parametrize("package", [ours, theirs])
@pytest.mark.parametrize(("name", "k", "options", "message"), [
    ("top_k_then_softmax", 5, {}, "expected 1 to 4 of these 4, got 5"),
    ("softmax_then_top_k", 0, {}, "expected 1 to 4 of these 4, got 0"),
    ("sigmoid_with_groups", 1, {"groups": 3}, "3 groups do not divide 4"),
    ("sigmoid_with_groups", 1, {"groups": 0}, "0 groups do not divide 4"),
    ("sigmoid_with_groups", 1, {"groups": 2, "kept_groups": 3},
     "expected 1 to 2, got 3"),
    ("sigmoid_with_groups", 1, {"groups": 2, "kept_groups": 0},
     "expected 1 to 2, got 0"),
    ("sigmoid_with_groups", 3, {"groups": 2},
     "1 groups of 2 experts are too few to choose 3"),
    ("sigmoid_with_groups", 0, {}, "expected 1 to 4 of these 4, got 0")])
def test_too_many_or_too_few_are_named(package, name, k, options, message):
    logits = np.zeros((2, 4)) if package is ours else torch.zeros(2, 4)
    with pytest.raises(ValueError, match=message):
        getattr(package, name)(logits, k, **options)


def both(name, logits, *arguments, **options):
    """weights and chosen of the reference; the twin's choice is the same."""
    (weights, chosen), _ = getattr(ours, name)(logits, *arguments, **options)
    twin, twins = getattr(theirs, name)(torch.from_numpy(logits), *arguments,
                                        **options)
    np.testing.assert_array_equal(chosen, twins)
    assert_rounding(weights, twin, 2 * logits.shape[-1])
    return weights, chosen


@given(cases(ROOM + "softmax_then_top_k", generic))
def test_renormalised_shares_are_the_softmax_of_the_chosen(case):
    """Qwen3's way and gpt-oss's way are one; so are their gradients."""
    (logits, k, _), dy = case.inputs.values(), case.dy
    (one, chosen), cache = ours.softmax_then_top_k(logits, k, True)
    (other, same), cache2 = ours.top_k_then_softmax(logits, k)
    np.testing.assert_array_equal(chosen, same)
    terms, E = 4 * logits.shape[-1], logits.shape[-1]
    assert_rounding(one, other, terms, size=1)
    assert_rounding(ours.softmax_then_top_k_backward(dy, cache),
                    ours.top_k_then_softmax_backward(dy, cache2),
                    terms * E, size=np.abs(dy).max(initial=0))


@given(cases(ROOM + "softmax_then_top_k", generic))
def test_with_everyone_chosen_it_is_a_softmax(case):
    logits = case.inputs["logits"]
    E = logits.shape[-1]
    weights, chosen = both("softmax_then_top_k", logits, E, False)
    in_place = np.empty_like(weights)
    np.put_along_axis(in_place, chosen, weights, -1)
    np.testing.assert_array_equal(in_place, softmax(logits))
    assert (np.diff(weights, axis=-1) <= 0).all()    # the largest comes first


def test_the_bias_has_a_say_in_the_choice_alone():
    logits = np.array([[0.0, 1.0, -1.0]])
    share = 1 / (1 + np.exp(-logits[0]))
    weights, chosen = both("sigmoid_with_groups", logits, 1, (5, 0, 0),
                           renormalise=False, scale=2.0)
    np.testing.assert_array_equal(chosen, [[0]])
    np.testing.assert_array_equal(weights, [[2 * share[0]]])


def test_a_group_is_as_good_as_its_two_best():
    """The best expert of all is alone in its group, which is left out."""
    logits = np.array([[9.0, -9, -9, 1, 2, -9]])
    options = {"groups": 2, "renormalise": True, "scale": 2.5}
    weights, chosen = both("sigmoid_with_groups", logits, 2, **options)
    np.testing.assert_array_equal(chosen, [[4, 3]])
    assert_rounding(weights.sum(), 2.5, 4)
    _, chosen = both("sigmoid_with_groups", logits, 2, **options, kept_groups=2)
    np.testing.assert_array_equal(chosen, [[0, 4]])
    _, chosen = both("sigmoid_with_groups", np.zeros((1, 6)), 4, groups=3,
                     kept_groups=2)                  # ties: the lower index
    np.testing.assert_array_equal(chosen, [[0, 1, 2, 3]])


def test_shut_gates_share_nothing_and_stay_finite():
    """All scores round to 0: no 0 / 0."""
    logits = np.full((2, 3), -1000.0)
    with np.errstate(over="ignore"):
        weights, _ = both("sigmoid_with_groups", logits, 2)
        _, cache = ours.sigmoid_with_groups(logits, 2)
        dlogits = ours.sigmoid_with_groups_backward(np.ones((2, 2)), cache)
    assert (weights == 0).all() and (dlogits == 0).all()
    weights, _ = both("sigmoid_with_groups", np.full((1, 3), -46.0), 2)
    assert (weights > 0.3).all() and (weights < 0.4).all()  # not half each


@given(cases(ROOM + "top_k_then_softmax", generic))
def test_only_the_chosen_hear_of_it(case):
    """And what they hear sums to 0, as their shares sum to 1."""
    dlogits, (logits, k) = run_numpy(case)["dlogits"], case.inputs.values()
    left_out = np.ones(logits.shape, bool)
    np.put_along_axis(left_out, ours.choose(logits, k), False, -1)
    assert (dlogits[left_out] == 0).all()
    bound = bounds_of(case)[1]["dlogits"].sum(-1)
    assert_agree(dlogits.sum(-1), np.zeros(len(logits)), bound)


# -- third parties ------------------------------------------------------------

def peers(seed, N=40, E=8):
    logits = torch.from_numpy(np.random.default_rng(seed).normal(size=(N, E)))
    return logits.requires_grad_(), torch.from_numpy(
        np.random.default_rng(seed + 1).normal(size=(N, E)))


def check(name, arguments, options, weights, chosen, logits, dy):
    """The same experts, in any order, with the same weights and gradients."""
    (found, ids), cache = getattr(ours, name)(
        logits.detach().numpy(), *arguments, **options)
    order = chosen.argsort(-1).numpy()
    own = ids.argsort(-1)
    np.testing.assert_array_equal(np.sort(ids, -1), chosen.sort(-1)[0])
    assert_rounding(np.take_along_axis(found, own, -1), np.take_along_axis(
        weights.detach().numpy(), order, -1), 32)
    dy = dy[:, :ids.shape[1]]
    theirs, = torch.autograd.grad(weights, logits, dy)
    matched = np.empty(ids.shape)                    # dy, in our order
    np.put_along_axis(matched, own, np.take_along_axis(
        dy.numpy(), order, -1), -1)
    dlogits = getattr(ours, f"{name}_backward")(matched, cache)
    assert_rounding(dlogits, theirs, 64, size=np.abs(dy.numpy()).max())


@pytest.mark.parametrize("k", [1, 2, 8])
@pytest.mark.parametrize("renormalise", [True, False])
def test_qwen3s(k, renormalise):
    qwen = pytest.importorskip("transformers.models.qwen3_moe.modeling_qwen3_moe")
    logits, dy = peers(0)
    scores = logits.softmax(-1)
    router = qwen.Qwen3MoeTopKRouter(config_of(
        "Qwen3MoeConfig", num_experts=8, num_experts_per_tok=k, hidden_size=8,
        norm_topk_prob=renormalise))
    weights, chosen = scores.topk(k, -1)             # its own is in float32
    if renormalise:
        weights = weights / weights.sum(-1, keepdim=True)
    router.weight.data = torch.eye(8, dtype=torch.float64)
    np.testing.assert_array_equal(router(logits)[2], chosen)
    check("softmax_then_top_k", (k, renormalise), {}, weights, chosen, logits, dy)


@pytest.mark.parametrize("k", [1, 3, 8])
def test_gpt_osss(k):
    gpt_oss = pytest.importorskip("transformers.models.gpt_oss.modeling_gpt_oss")
    logits, dy = peers(1)
    router = gpt_oss.GptOssTopKRouter(config_of(
        "GptOssConfig", num_local_experts=8, num_experts_per_tok=k, hidden_size=8))
    router.weight.data = torch.eye(8, dtype=torch.float64)
    router.bias.data = torch.zeros(8, dtype=torch.float64)
    _, weights, chosen = router(logits)
    check("top_k_then_softmax", (k,), {}, weights, chosen, logits, dy)


@pytest.mark.parametrize("renormalise", [True, False])
@pytest.mark.parametrize(("k", "groups", "kept"), [(3, 4, 2), (1, 1, 1), (4, 2, 2)])
def test_deepseeks(k, groups, kept, renormalise, monkeypatch):
    """Its router works in float32, unless told otherwise."""
    deepseek = pytest.importorskip(
        "transformers.models.deepseek_v3.modeling_deepseek_v3")
    monkeypatch.setattr(torch, "float32", torch.float64)
    logits, dy = peers(2)
    router = deepseek.DeepseekV3TopkRouter(config_of(
        "DeepseekV3Config", n_routed_experts=8, num_experts_per_tok=k,
        hidden_size=8, n_group=groups, topk_group=kept, routed_scaling_factor=2.5,
        norm_topk_prob=renormalise))
    bias = tuple(np.random.default_rng(3).normal(size=8).tolist())
    router.weight.data = torch.eye(8, dtype=torch.float64)
    router.e_score_correction_bias = torch.tensor(bias, dtype=torch.float64)
    _, weights, chosen = router(logits)
    check("sigmoid_with_groups", (k,), {
        "bias": bias, "groups": groups, "kept_groups": kept, "scale": 2.5,
        "renormalise": renormalise}, weights, chosen, logits, dy)


def config_of(name, **options):
    transformers = pytest.importorskip("transformers")
    return getattr(transformers, name)(num_attention_heads=1, **options)
