"""Speculative decoding: the large model's own distribution, by algebra, by enumeration and by
counting; at temperature 0 the large model's own text."""
import itertools
import math
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

import numpy_impl.generation.speculative as ours
import torch_impl.generation.speculative as theirs
from numpy_impl.generation.generate import generate, next_logits
from numpy_impl.generation.sampling import next_probabilities
from twinformer.architectures.kinds import KINDS
from twinformer.generation.acceptance import Acceptance

from ..agreement import assert_drift, assert_rounding
from .twins import twins_of

SEEDS = st.integers(0, 2**32 - 1)


def distributions(seed, count, V):
    """So many distributions (V,), some with zeros, some equal to others"""
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(np.ones(V), count)
    p[rng.random((count, V)) < 0.2] = 0
    p[:, 0] += p.sum(-1) == 0
    return list(p / p.sum(-1, keepdims=True))


def both_accept(p, q, guesses, uniforms):
    kept = ours.accepted_tokens(p, q, guesses, uniforms)
    tensors = ([torch.tensor(x) for x in rows] for rows in (p, q))
    assert theirs.accepted_tokens(*tensors, guesses, uniforms) == kept
    return kept


# -- one round, exactly ------------------------------------------------------

@given(SEEDS, st.integers(1, 6))
@example(0, 1)
def test_a_token_has_the_large_models_distribution(seed, V):
    """q(x) min(1, p/q) + (1 - all that is kept) residual(x) = p(x)"""
    p, q = distributions(seed, 2, V)
    keep = np.minimum(q, p)                        # q(x) min(1, p(x) / q(x))
    residual = ours.residual(p, q)
    residual_t = theirs.residual(torch.tensor(p), torch.tensor(q))
    assert_rounding(residual_t.numpy(), residual, V, 1)
    assert_rounding(residual.sum(), 1.0, V)
    found = keep + (1 - keep.sum()) * residual
    assert_rounding(found, p, 4 * V, 1)


def exact(weights):
    """Whole numbers that add up to a power of two -> floats without any rounding"""
    return np.array(weights) / sum(weights)


@pytest.mark.parametrize("case", [
    # p and q of each place, in units; every ratio p / q is a power of two or above 1
    ([[2, 1, 1], [1, 2, 1], [1, 1, 2]], [[1, 2, 1], [2, 1, 1]]),
    ([[0, 4, 0], [1, 1, 2], [4, 0, 0]], [[1, 2, 1], [1, 1, 2]]),
    ([[1, 1, 2], [2, 2, 0], [2, 1, 1]], [[2, 2, 0], [4, 0, 0]])])
def test_every_way_a_round_can_go_adds_up_to_the_large_model(case):
    """Enumerated: three tokens, two guesses, in fractions.

    All uniform numbers lie in the middle of four equal cells. As each threshold is a multiple of
    1/4, a cell is all on one side of it, so that counting cells is integrating. What the code
    returns for each is weighted with the probability that the guesses were made; the first token
    must have the distribution p[0] exactly, and where it was a guess that was kept, the second
    one p[1].
    """
    p, q = ([exact(row) for row in rows] for rows in case)
    cells = [(i + Fraction(1, 2)) / 4 for i in range(4)]
    first = [Fraction(0)] * 3
    pairs = {}
    for guesses in itertools.product(range(3), repeat=2):
        made = Fraction(q[0][guesses[0]]) * Fraction(q[1][guesses[1]])
        if made == 0:
            continue
        for us in itertools.product(cells, repeat=3):
            kept = ours.accepted_tokens(p, q, list(guesses), [float(u) for u in us])
            share = made / 4**3
            first[kept[0]] += share
            if len(kept) > 1:
                pairs[kept[0], kept[1]] = pairs.get((kept[0], kept[1]), 0) + share
    for i in range(2):    # the residual's edges are multiples of 1/4 as well
        assert all(float(4 * edge).is_integer() for edge in ours.residual(p[i], q[i]).cumsum())
    assert first == [Fraction(x) for x in p[0]]
    for x in range(3):
        reached = sum(share for (a, _), share in pairs.items() if a == x)
        for y in range(3):
            assert pairs.get((x, y), 0) == reached * Fraction(p[1][y])


@given(SEEDS, st.integers(0, 4), st.integers(1, 5))
def test_both_keep_the_same(seed, G, V):
    rng = np.random.default_rng(seed)
    p, q = distributions(seed, G + 1, V), distributions(seed + 1, G, V)
    guesses = [int(rng.choice(V, p=row)) for row in q]
    uniforms = rng.random(G + 1).tolist()
    kept = both_accept(p, q, guesses, uniforms)
    n = len(kept) - 1
    assert kept[:n] == guesses[:n] and p[n][kept[n]] > 0
    if n < G:
        assert uniforms[n] * q[n][guesses[n]] >= p[n][guesses[n]]
        assert kept[n] != guesses[n] or q[n][kept[n]] < p[n][kept[n]]


def test_all_is_kept_of_a_model_that_guesses_for_itself():
    p = distributions(3, 4, 5)
    for seed in range(20):
        rng = np.random.default_rng(seed)
        guesses = [int(rng.choice(5, p=row)) for row in p[:3]]
        kept = both_accept(p, p[:3], guesses, [1 - 2**-53] * 3 + [0.5])
        assert kept[:3] == guesses and len(kept) == 4
    np.testing.assert_array_equal(ours.residual(p[0], p[0]), p[0])
    np.testing.assert_array_equal(
        theirs.residual(torch.tensor(p[0]), torch.tensor(p[0])).numpy(), p[0])


def test_what_the_large_model_never_says_is_not_kept():
    """Not even where the dice give 0, which is as much as its probability."""
    p, q = [np.array([0.0, 1.0]), np.array([0.5, 0.5])], [np.array([1.0, 0.0])]
    assert both_accept(p, q, [0], [0.0, 0.0]) == [1]


# -- whole texts -------------------------------------------------------------

def both(models, drafts, ids, n, **options):
    """What the reference writes, after checking the twin against it; and the counts."""
    counts, counts_t = Acceptance(), Acceptance()
    new = list(ours.speculative_generate(
        models[0], drafts[0], ids, n, acceptance=counts, **options))
    assert new == list(theirs.speculative_generate(
        models[1], drafts[1], ids, n, acceptance=counts_t, **options))
    assert counts == counts_t
    return new, counts


@pytest.mark.parametrize("kind", KINDS)
def test_greedy_texts_are_the_large_models_own(kind):
    """Of every kind, with prompts up to and past the context, with a draft that sees less, and
    one that sees the same; windows are shorter than what is guessed for."""
    models = twins_of(kind, 12)
    rng = np.random.default_rng(0)
    own = None
    for draft, context, lengths in (("gpt2", 6, (1, 5, 20)), (kind, 12, (4, 11))):
        drafts = twins_of(draft, context)
        for length in lengths:
            ids = rng.integers(0, 13, length)
            new, counts = both(models, drafts, ids, 14, guesses=3, temperature=0)
            own = list(generate(models[0], ids, 14, temperature=0))
            assert new == own
            assert counts.accepted <= counts.proposed <= 3 * counts.passes
            assert counts.tokens == len(new)
            if context == 12:    # the same model: it always guesses right
                assert counts.accepted == counts.proposed
    stop = own[3]
    new, _ = both(models, drafts, ids, 14, guesses=3, temperature=0, stop=stop)
    assert new == own[:own.index(stop) + 1]


@pytest.mark.parametrize("kind", ["gpt2", "gemma3"])
def test_what_was_rejected_leaves_nothing_behind(kind):
    """The caches of the large model, after each round: logits as of the text afresh."""
    models, (draft, _) = twins_of(kind, 12), twins_of("llama", 6)
    model, seen = models[0], []

    def watched(model, ids, past, count, right=ours.latest_logits):
        logits = right(model, ids, past, count)
        for i in range(count):
            end = ids.shape[1] - count + 1 + i
            whole = next_logits(model, ids[:, :end])[0]
            if end <= 12:
                assert_drift(logits[i], whole, 1, np.abs(whole).max())
                seen.append(count)
        return logits
    ours.latest_logits, right = watched, ours.latest_logits
    try:
        for seed in range(4):
            list(ours.speculative_generate(model, draft, [3, 1, 4], 12, guesses=3, seed=seed,
                                           temperature=2.0))
    finally:
        ours.latest_logits = right
    assert len(seen) > 20 and max(seen) > 1


@pytest.mark.parametrize("draft, settings, context, length, n", [
    ("gpt2", {}, 12, 3, 9), ("gemma3", {"window_size": 5}, 12, 3, 9),
    ("llama", {}, 6, 9, 7)])    # a prompt of which the draft sees the end alone
def test_a_draft_reads_each_token_once_and_forgets_what_was_rejected(
        monkeypatch, draft, settings, context, length, n):
    """The draft's logits are those of the text read afresh; and it reads one token at a time, or
    two: where all guesses were kept, it has not read the last one yet."""
    (model, _), (draft, _) = twins_of("llama", 16), twins_of(draft, context, **settings)
    right, accept = next_logits, ours.accepted_tokens
    rounds, unread = [], 0

    def watched(asked, ids, past):
        nonlocal unread
        new = ids.shape[1] - past[0].length
        logits = right(asked, ids, past)
        if asked is draft and unread:
            assert new == unread
            unread = 1
            if ids.shape[1] <= context:
                assert_drift(logits[0], token_by_token(draft, ids), 1, np.abs(logits).max())
        return logits

    def accepted(p, q, guesses, uniforms):
        nonlocal unread
        new = accept(p, q, guesses, uniforms)
        unread = 2 if len(new) > len(guesses) else 1
        rounds.append((len(guesses), len(new) - 1))
        return new
    monkeypatch.setattr(ours, "next_logits", watched)
    monkeypatch.setattr(ours, "accepted_tokens", accepted)
    ids = np.random.default_rng(0).integers(0, 13, length)
    for seed in range(6):
        unread = 0
        list(ours.speculative_generate(model, draft, ids, n, guesses=3, seed=seed,
                                       temperature=2.0))
    assert {(3, 0), (3, 3)} <= set(rounds)    # nothing was kept, and everything


def token_by_token(model, ids):
    """The logits (V,) behind ids (1, T), read one after the other"""
    past = model.new_past()
    for end in range(1, ids.shape[1] + 1):
        logits = next_logits(model, ids[:, :end], past)
    return logits[0]


@pytest.mark.parametrize("kind, draft", [("llama", "gemma3"), ("gemma3", "llama")])
def test_the_shortest_cache_bounds_the_guesses(kind, draft):
    """A window of 5 holds the two tokens before the guesses, and three of them."""
    def sized(kind):
        return twins_of(kind, 12, **({"window_size": 5} if kind == "gemma3" else {}))
    new, counts = both(sized(kind), sized(draft), [3, 1], 2 + 3, guesses=5, temperature=0)
    assert len(new) == 5
    rounds = []

    def watched(p, q, guesses, uniforms, right=ours.accepted_tokens):
        rounds.append(len(guesses))
        return right(p, q, guesses, uniforms)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ours, "accepted_tokens", watched)
        list(ours.speculative_generate(sized(kind)[0], sized(draft)[0], [3, 1], 5, guesses=5))
    assert rounds[0] == max(rounds) == 3


def test_both_write_the_same_whatever_the_dice():
    models, drafts = twins_of("llama", 12), twins_of("gpt2", 8)
    texts = {tuple(both(models, drafts, [3, 1], 8, guesses=2, seed=seed)[0]) for seed in range(6)}
    assert len(texts) == 6


def test_nothing_is_written_where_nothing_is_asked_for():
    models = twins_of("llama", 12)
    new, counts = both(models, models, [3, 1], 0)
    assert new == [] and counts == Acceptance()


def test_texts_have_the_distribution_of_the_large_models_own():
    """The first three tokens of 1000 texts, against their probabilities.

    Pearson's statistic of n texts in c cells has mean c - 1 and variance
    2 (c - 1) + (sum of 1 / p - c^2 - 2 c + 2) / n. By Chebyshev's inequality it is 10 standard
    deviations above its mean once in 100 times at most, whatever its shape; the seeds are fixed.
    """
    (model, _), (draft, _) = twins_of("llama", 12), twins_of("gpt2", 8)
    options, ids, texts = {"temperature": 0.9, "top_k": 2, "repetition_penalty": 1.3}, [3, 1], 1000

    def probability(model, text):
        process = ours.LogitsProcessor(model.config.vocab_size, repetition_penalty=1.3)
        total = 1.0
        for i, token in enumerate(text):
            seen = np.array([[*ids, *text[:i]]])
            logits = process(next_logits(model, seen), seen, 2)
            total *= next_probabilities(logits, 0.9, 2)[0, token]
        return total

    found, counts = {}, Acceptance()
    for seed in range(texts):
        text = tuple(ours.speculative_generate(
            model, draft, ids, 3, guesses=2, seed=seed, acceptance=counts, **options))
        found[text] = found.get(text, 0) + 1
    assert 0.01 < counts.rate < 0.99    # both ways were taken
    every = {text: probability(model, text) for text in open_texts(model, probability)}
    assert set(found) <= set(every) and len(every) == 8
    assert_rounding(sum(every.values()), 1.0, 60)
    c = len(every)
    statistic = sum((found.get(text, 0) - texts * share) ** 2 / (texts * share)
                    for text, share in every.items())
    variance = 2 * (c - 1) + (sum(1 / s for s in every.values()) - c * c - 2 * c + 2) / texts
    assert statistic < c - 1 + 10 * math.sqrt(variance)


def open_texts(model, probability):
    """All texts of three tokens that have a probability: two ways at each step"""
    texts = [()]
    for _ in range(3):
        texts = [(*text, token) for text in texts for token in range(13)
                 if probability(model, (*text, token)) > 0]
    return texts


def test_choices_and_bias_hold_for_both_models():
    models, drafts = twins_of("llama", 12), twins_of("gpt2", 8)
    choices = [[1, 2, 3], [1, 2], [5]]
    for seed in range(6):
        new, _ = both(models, drafts, [4, 4], 5, seed=seed, choices=choices, stop=12)
        assert new[:-1] in choices and new[-1] == 12
        new, _ = both(models, drafts, [4, 4], 5, seed=seed,
                      logit_bias=dict.fromkeys(range(12), -math.inf))
        assert new == [12] * 5


# -- bad input ---------------------------------------------------------------

@pytest.mark.parametrize("package, side", [(ours, 0), (theirs, 1)])
@pytest.mark.parametrize(("ids", "options", "message"), [
    ([[1, 2]], {}, "takes one prompt"),
    ([99], {}, "outside the model's vocabulary"),
    ([1], {"guesses": 0}, "guesses must be at least 1"),
    ([1], {"temperature": -1}, "temperature"),
    ([1], {"vocab_limit": 0}, "vocab_limit must be at least 1"),
    ([1], {"seed": -1}, "seed"),
])
def test_mistakes_are_refused_at_once(package, side, ids, options, message):
    model = twins_of("llama", 12)[side]
    with pytest.raises(ValueError, match=message):
        package.speculative_generate(model, model, ids, 4, **options)


@pytest.mark.parametrize("package, side", [(ours, 0), (theirs, 1)])
def test_two_vocabularies_need_a_limit(package, side):
    from dataclasses import replace

    model, draft = twins_of("llama", 12)[side], twins_of("gpt2", 8)[side]
    draft.config = replace(draft.config, vocab_size=14)
    with pytest.raises(ValueError, match="knows 13 tokens and the small one 14"):
        package.speculative_generate(model, draft, [1], 4)
    with pytest.raises(ValueError, match="vocab_limit is 14, but one of the models knows only 13"):
        package.speculative_generate(model, draft, [1], 4, vocab_limit=14)
    draft.config = replace(draft.config, vocab_size=13)
    assert len(list(package.speculative_generate(model, draft, [1], 4, vocab_limit=9))) == 4
