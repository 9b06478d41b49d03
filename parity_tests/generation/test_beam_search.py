"""Beam search: the same texts in both, those of transformers, and the best ones."""
import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st

import numpy_impl.generation.beam_search as ours
import torch_impl.generation.beam_search as theirs
from numpy_impl.generation.generate import generate, next_logits
from numpy_impl.layers.softmax import log_softmax
from twinformer.architectures.kinds import KINDS

from ..agreement import assert_rounding
from .fake_models import FakeModel, FakeTwin, fake_twins
from .hugging_face import PAD, Reference, Twin, generated
from .twins import twins_of

SEEDS = st.integers(0, 2**32 - 1)
LOGIT = 500.0    # no logit of these models is larger
EARLY = {"first": True, "likely": False, "never": "never"}
OPTIONS = st.fixed_dictionaries({
    "beams": st.integers(1, 5), "length_penalty": st.sampled_from([-1.0, 0.0, 1.0, 2.0]),
    "early_stopping": st.sampled_from(sorted(EARLY)),
    "stop": st.sampled_from([None, 3, [2, 5]]), "vocab_limit": st.sampled_from([None, 7, 1]),
    "repetition_penalty": st.sampled_from([1.0, 1.5]),
    "logit_bias": st.sampled_from([None, {3: -2.0, 4: -math.inf}])})


def both(ids, n, model_seed=0, **options):
    """What the reference finds, after checking the twin against it."""
    model, twin = fake_twins(model_seed, context_length=12)
    found = ours.beam_search(model, ids, n, **options)
    same(found, theirs.beam_search(twin, ids, n, **options))
    return found


def same(found, others):
    assert [beam.ids for beam in found] == [beam.ids for beam in others]
    for one, other in zip(found, others, strict=True):
        n = 20 * len(one.ids)    # a log-softmax of 11 terms for each token
        assert_rounding(other.log_probability, one.log_probability, n, LOGIT)
        assert_rounding(other.score, one.score, n,
                        LOGIT * max(one.score / min(one.log_probability, -1e-30), 1))


# -- the same texts ----------------------------------------------------------

@given(st.lists(st.integers(0, 10), min_size=1, max_size=6), st.integers(1, 6), SEEDS, OPTIONS)
def test_both_find_the_same_texts(ids, n, seed, options):
    found = both(ids, n, seed, **options)
    K = options["beams"]
    assert 1 <= len(found) <= K
    assert [beam.score for beam in found] == sorted([b.score for b in found], reverse=True)
    stops = np.atleast_1d(options["stop"]).tolist()
    for beam in found:
        assert 1 <= len(beam.ids) <= n and not set(beam.ids[:-1]) & set(stops)
        assert len(beam.ids) == n or beam.ids[-1] in stops
        assert beam.score == beam.log_probability / len(beam.ids) ** options["length_penalty"]
        assert max(beam.ids) < (options["vocab_limit"] or 11)


@pytest.mark.parametrize("name", ["gpt2", "llama"])
@pytest.mark.parametrize("early", EARLY)
@pytest.mark.parametrize(("beams", "length_penalty", "stop"), [
    (2, 1.0, 3), (3, 0.0, [3, 7, PAD]), (4, 2.0, 3), (5, -1.0, [6]), (3, 1.0, None)])
def test_beams_are_those_of_transformers(name, early, beams, length_penalty, stop):
    for seed in range(2):
        ids = np.random.default_rng(seed).integers(0, 11, 4).tolist()
        texts, scores = generated(
            name, ids, num_beams=beams, num_return_sequences=beams, max_new_tokens=6,
            length_penalty=length_penalty, early_stopping=EARLY[early], eos_token_id=stop,
            do_sample=False)
        options = dict(beams=beams, length_penalty=length_penalty, early_stopping=early, stop=stop)
        found = ours.beam_search(Reference(name), ids, 6, **options)
        same(found, theirs.beam_search(Twin(name), ids, 6, **options))
        longest = max(map(len, texts))
        assert [beam.ids + [PAD] * (longest - len(beam.ids)) for beam in found] == texts
        # transformers adds up in single precision
        mine = np.array([beam.score for beam in found], np.float32)
        assert_rounding(scores.astype(np.float32), mine, 20 * 6)


def test_the_processed_beams_are_those_of_transformers():
    """Which normalises only when it is told to."""
    from transformers.generation import logits_process as hf

    ids, allowed = [4, 9, 2], [2, 5, 6, 7]
    for seed in range(3):
        bias = {5: float(seed), 7: -1.5}
        processors = [
            hf.SequenceBiasLogitsProcessor({(t,): b for t, b in bias.items()}),
            hf.PrefixConstrainedLogitsProcessor(lambda *_: allowed, 3),
            hf.LogitNormalization()]
        texts, _ = generated("gpt2", ids, processors, num_beams=3, num_return_sequences=3,
                             max_new_tokens=5, do_sample=False)
        forbidden = {t: -math.inf for t in range(11) if t not in allowed}
        found = ours.beam_search(Reference("gpt2"), ids, 5, beams=3,
                                 logit_bias=bias | forbidden)
        assert [beam.ids for beam in found] == texts


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_is_searched_with_its_caches(kind):
    """As without them: within the context to the end, past it in both alike."""
    model, twin = twins_of(kind, 8)
    ids = np.random.default_rng(0).integers(0, 13, 3)
    for n in (5, 9):
        found = ours.beam_search(model, ids, n, beams=3, stop=2)
        same(found, theirs.beam_search(twin, ids, n, beams=3, stop=2))
        if n == 5:
            model.new_past = list
            same(found, ours.beam_search(model, ids, n, beams=3, stop=2))
            del model.new_past


# -- laws --------------------------------------------------------------------

@given(st.lists(st.integers(0, 10), min_size=1, max_size=6), SEEDS)
def test_one_beam_is_greedy(ids, seed):
    model, _ = fake_twins(seed, context_length=12)
    (beam,) = both(ids, 6, seed, beams=1, length_penalty=0.0, stop=3, early_stopping="first")
    assert beam.ids == list(generate(model, ids, 6, temperature=0, stop=3))


@pytest.mark.parametrize("search, model", [
    (ours.beam_search, FakeModel), (theirs.beam_search, FakeTwin)])
def test_a_beam_goes_on_though_every_stop_token_is_likelier(search, model):
    """Stop tokens 1 and 2 lead by 1, 3 and 6 logits. With the square of the length as penalty
    the best is to go on once: ln p / 4 of 0, 1 is above ln p of 1, and the next one below."""
    (beam,) = search(model([[0.0, 1.0, 1.0]] * 3, 12), [0], 3, beams=1, length_penalty=2.0,
                     early_stopping="never", stop=[1, 2])
    e = math.e
    assert beam.ids == [0, 1]
    assert_rounding(beam.log_probability, -math.log(1 + 2 * e) + 3 - math.log(1 + 2 * e**3), 20)


def every_text(model, ids, n, stop, vocabulary):
    """{text: ln p} of all that end with stop or are n tokens long"""
    texts, open_texts = {}, {(): 0.0}
    for length in range(1, n + 1):
        longer = {}
        for text, total in open_texts.items():
            log_p = log_softmax(next_logits(model, np.array([[*ids, *text]])))[0, :]
            for token in range(vocabulary):
                longer[(*text, token)] = total + log_p[token]
        ended = {t: p for t, p in longer.items() if t[-1] == stop or length == n}
        texts |= ended
        open_texts = {t: p for t, p in longer.items() if t not in ended}
    return texts


@given(SEEDS, st.sampled_from([0.0, 0.7, 1.0, 2.0]))
@example(0, 1.0)
def test_with_enough_beams_it_is_the_best_of_all_texts(seed, penalty):
    """3 tokens, 3 steps, 27 beams: nothing is ever dropped."""
    model, _ = fake_twins(seed, vocab_size=3, context_length=12)
    twin = fake_twins(seed, vocab_size=3, context_length=12)[1]
    options = dict(beams=27, length_penalty=penalty, early_stopping="never", stop=2)
    found = ours.beam_search(model, [1, 0], 3, **options)
    same(found, theirs.beam_search(twin, [1, 0], 3, **options))
    texts = every_text(model, [1, 0], 3, 2, 3)
    best = sorted(texts, key=lambda text: -texts[text] / len(text) ** penalty)
    assert [tuple(beam.ids) for beam in found] == best
    assert_rounding(sum(math.exp(p) for p in texts.values()), 1.0, 60)


def test_choices_are_ranked_by_their_renormalised_probability():
    choices = [[1, 2], [1, 2, 3], [4], [5, 6], [5, 1]]
    model, _ = fake_twins(1, context_length=12)
    found = both([7, 8], 5, 1, beams=9, length_penalty=0.0, choices=choices, stop=[9, 10],
                 early_stopping="never")
    # each complete choice, ended by either stop token
    assert sorted(beam.ids for beam in found)[:-1] != [] and len(found) == 9
    assert {tuple(beam.ids[:-1]) for beam in found} <= set(map(tuple, choices))
    every = both([7, 8], 5, 1, beams=40, length_penalty=0.0, choices=choices, stop=[9, 10],
                 early_stopping="never")
    assert len(every) == 2 * len(choices)
    assert_rounding(sum(math.exp(beam.log_probability) for beam in every), 1.0, 100)
    assert [b.ids for b in every[:9]] == [b.ids for b in found]


@given(SEEDS, st.integers(1, 40))
@example(7, 12)
def test_continuations_are_the_largest_sums(seed, count):
    """Ties, and beams that are impossible, included."""
    rng = np.random.default_rng(seed)
    scores = rng.choice([0.0, -1.0, -np.inf], 4)
    log_probs = rng.choice([-1.0, -2.0, -3.5, -np.inf], (4, 5))
    rows, tokens, totals = ours.best_continuations(scores, log_probs, count)
    rows_t, tokens_t, totals_t = theirs.best_continuations(
        torch.tensor(scores), torch.tensor(log_probs), count)
    for one, other in ((rows, rows_t), (tokens, tokens_t), (totals, totals_t)):
        np.testing.assert_array_equal(one, other.numpy())
    places = list(itertools.product(range(4), range(5)))
    expected = sorted(places, key=lambda at: -(scores[at[0]] + log_probs[at]))[:count]
    assert list(zip(rows.tolist(), tokens.tolist(), strict=True)) == expected
    np.testing.assert_array_equal(totals, [scores[k] + log_probs[k, v] for k, v in expected])


# -- bad input ---------------------------------------------------------------

@pytest.mark.parametrize("package", [ours, theirs])
@pytest.mark.parametrize(("ids", "options", "message"), [
    ([[1, 2]], {}, "one prompt at a time"),
    ([[1], [2, 3]], {}, "one prompt at a time"),
    ([99], {}, "outside the model's vocabulary"),
    ([1], {"beams": 0}, "beams must be at least 1"),
    ([1], {"length_penalty": math.inf}, "length_penalty must be a finite number"),
    ([1], {"early_stopping": True}, "early_stopping must be first, likely or never"),
    ([1], {"vocab_limit": 0}, "vocab_limit"),
    ([1], {"max_new_tokens": 0}, "max_new_tokens must be at least 1"),
    ([1], {"choices": [[1]]}, "choices need a stop token"),
])
def test_mistakes_are_refused(package, ids, options, message):
    model = fake_twins()[package is theirs]
    with pytest.raises(ValueError, match=message):
        package.beam_search(model, ids, **{"max_new_tokens": 4} | options)


@pytest.mark.parametrize("package", [ours, theirs])
@pytest.mark.parametrize(("options", "message"), [
    ({"logit_bias": {0: -math.inf}, "vocab_limit": 1}, "no token is allowed"),
    ({"choices": [[8]], "stop": 1, "vocab_limit": 5}, "no token is allowed")])
def test_where_no_token_is_allowed_it_is_said(package, options, message):
    model = fake_twins()[package is theirs]
    with pytest.raises(ValueError, match=message):
        package.beam_search(model, [1], 4, **options)


def test_weights_gone_bad_are_said():
    model, _ = fake_twins()
    model.table[1] = np.nan
    with pytest.raises(ValueError, match="weights have gone bad"):
        ours.beam_search(model, [1], 4)
