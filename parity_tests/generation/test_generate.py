"""Generation: the same seed gives the same text, in both implementations."""
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import numpy_impl.generation.generate as ours
import torch_impl.generation.generate as theirs
from numpy_impl.generation.sampling import next_probabilities

from .fake_models import both, fake_twins

SEEDS = st.integers(0, 2**32 - 1)
PROMPTS = st.lists(st.integers(0, 10), min_size=1, max_size=9)
OPTIONS = st.fixed_dictionaries({
    "temperature": st.sampled_from([0, 0.7, 1.0, 3.0]),
    "top_k": st.none() | st.integers(1, 12),
    "top_p": st.none() | st.sampled_from([0.3, 0.9, 1.0]),
    "stop": st.none() | st.integers(0, 10) | st.just([2, 5]),
    "seed": st.integers(0, 9),
    "vocab_limit": st.sampled_from([None, 7, 11, 20]),
    "min_p": st.none() | st.sampled_from([0, 0.05, 0.5, 1.0]),
    "repetition_penalty": st.sampled_from([1.0, 1.2]),
    "logit_bias": st.none() | st.just({0: -np.inf, 3: 1.5}),
})


# -- the same ids ------------------------------------------------------------

@given(PROMPTS, st.integers(0, 8), SEEDS, OPTIONS)
def test_both_generate_the_same_ids(ids, n, model_seed, options):
    new = both(ids, n, model_seed, **options)

    assert len(new) <= n and all(type(token) is int for token in new)
    limit, stop = options["vocab_limit"] or 11, options["stop"]
    stops = [stop] if isinstance(stop, int) else stop or []
    assert all(0 <= token < limit for token in new)
    assert not set(new[:-1]) & set(stops)          # nothing after a stop
    assert len(new) == n or new[-1] in stops


@given(SEEDS, OPTIONS, st.integers(1, 4), st.integers(1, 8))
def test_batches_generate_what_each_prompt_would(seed, options, B, T):
    """Row 0 equals the prompt alone; no row looks at its neighbours."""
    ids = np.random.default_rng(seed).integers(0, 11, (B, T))
    new = both(ids, 6, seed, **options)
    alone = both(ids[0], 6, seed, **options)

    first = [row[0] for row in new]
    assert first[:len(alone)] == alone
    assert set(first[len(alone):]) <= set(alone[-1:])   # a stop, repeated
    changed = ids.copy()
    changed[1:] = (changed[1:] + 1) % 11
    other = [row[0] for row in both(changed, 6, seed, **options)]
    assert other[:len(alone)] == alone


def test_a_batch_goes_on_until_its_last_prompt_has_stopped():
    model, _ = fake_twins()
    ids = np.array([[1], [2], [3]])
    free = np.array(both(ids, 20, seed=4))                  # (20, 3)
    stop = int(free[3, 0])
    new = np.array(both(ids, 20, seed=4, stop=stop))
    for row in range(3):
        hits = np.flatnonzero(new[:, row] == stop)
        end = hits[0] if len(hits) else len(new)
        np.testing.assert_array_equal(new[:end, row], free[:end, row])
        assert (new[end:, row] == stop).all()


# -- laws --------------------------------------------------------------------

@given(PROMPTS, SEEDS)
def test_temperature_0_and_top_k_1_are_greedy(ids, model_seed):
    model, _ = fake_twins(model_seed)
    sequence = list(ids)
    for _ in range(8):  # greedy search, spelled out
        logits, _ = model.forward(np.array([sequence[-6:]]))
        sequence.append(int(logits[0, -1].argmax()))
    greedy = sequence[len(ids):]

    assert both(ids, 8, model_seed, temperature=0) == greedy
    assert both(ids, 8, model_seed, top_k=1, seed=3) == greedy
    assert both(ids, 8, model_seed, temperature=1e-9, seed=5) == greedy


@given(PROMPTS, SEEDS, st.integers(0, 9))
def test_keeping_everything_is_plain_sampling(ids, model_seed, seed):
    plain = both(ids, 6, model_seed, seed=seed)
    assert both(ids, 6, model_seed, seed=seed, top_k=11, top_p=1.0) == plain


@given(PROMPTS, SEEDS, OPTIONS)
def test_asking_for_less_gives_the_beginning(ids, model_seed, options):
    long = both(ids, 8, model_seed, **options)
    assert both(ids, 3, model_seed, **options) == long[:3]


def test_the_seed_decides():
    texts = {tuple(both([1, 2, 3], 12, seed=seed)) for seed in range(8)}
    assert len(texts) == 8
    assert both([1, 2, 3], 12) == both([1, 2, 3], 12, seed=0)


def test_each_row_has_its_own_die(monkeypatch):
    """Row r draws from the stream (seed, r), in double precision."""
    dice = [np.random.default_rng([7, row]) for row in range(3)]
    expected = [[die.random() for die in dice] for _ in range(4)]
    for side, model in zip((ours, theirs), fake_twins(), strict=True):
        seen = []

        def sample(logits, uniform, *options, right=side.sample, seen=seen):
            seen.append(uniform.tolist())
            return right(logits, uniform, *options)
        monkeypatch.setattr(side, "sample", sample)
        list(side.generate(model, [[1], [2], [3]], 4, seed=7))
        assert seen == expected


def test_the_model_sees_the_latest_context_only():
    for side, model in zip((ours, theirs), fake_twins(), strict=True):
        list(side.generate(model, [1, 2, 3, 4], 6))
        assert model.windows == [(1, 4), (1, 5), *[(1, 6)] * 4]
    # What has left the window makes no difference: the ids before it may
    # be any.
    tail = [4, 5, 6, 7, 8, 9]
    assert both([1, 2, 3, *tail], 5, seed=1) == both([9, *tail], 5, seed=1)


def test_tokens_come_one_by_one():
    """The model is asked only when the next token is."""
    for side, model in zip((ours, theirs), fake_twins(), strict=True):
        stream = side.generate(model, [1], 10)
        assert model.windows == []
        next(stream)
        assert len(model.windows) == 1
        next(stream)
        assert len(model.windows) == 2


def test_draws_follow_the_model():
    """Over many prompts in a batch the shares approach the probabilities."""
    model, _ = fake_twins()
    rows = 4000
    (new,) = both(np.full((rows, 1), 3), 1, temperature=0.8, top_p=0.9)
    expected = next_probabilities(model.table[3], 0.8, None, 0.9)
    share = np.bincount(new, minlength=11) / rows
    spread = np.sqrt(expected * (1 - expected) / rows)
    assert (np.abs(share - expected) <= 4 * spread).all()


def test_next_logits_are_those_of_the_last_position():
    ids = np.array([[1, 2, 3], [4, 5, 6]])
    model, twin = fake_twins()
    logits = ours.next_logits(model, ids)
    logits_t = theirs.next_logits(twin, torch.tensor(ids))
    np.testing.assert_array_equal(logits, model.forward(ids)[0][:, -1])
    np.testing.assert_array_equal(logits, logits_t.numpy())
    assert logits.dtype == np.float64 and logits_t.dtype == torch.float64


def test_the_last_position_alone_is_read():
    """Of a text of one token that is all of it: nothing is to be said."""
    for side, array in ((ours, np.zeros), (theirs, torch.zeros)):
        assert side.last_of(array((2, 3))).tolist() == [[2], [2]]
        assert side.last_of(array((2, 2))).tolist() == [[1], [1]]
        assert side.last_of(array((2, 1))) is None


def test_the_twin_generates_without_dropout_and_goes_back_to_training():
    _, twin = fake_twins()
    for mode in (True, False):
        twin.train(mode)
        stream = theirs.generate(twin, [1], 3)
        next(stream)
        assert twin.training is mode  # also between two tokens

    def broken(ids):
        raise RuntimeError("out of memory")
    twin.forward = broken
    twin.train()
    with pytest.raises(RuntimeError):
        list(theirs.generate(twin, [1], 1))
    assert twin.training


def test_prompts_may_be_lists_arrays_or_tensors():
    expected = both([1, 2], 4)
    assert both(np.array([1, 2], np.uint16), 4) == expected
    assert both(torch.tensor([1, 2]), 4) == expected
    assert both((1, 2), 4) == expected


# -- several texts, and one of a list ----------------------------------------

@given(PROMPTS, SEEDS, OPTIONS, st.integers(2, 3))
def test_n_texts_are_those_of_n_equal_prompts(ids, model_seed, options, n):
    assert (both(ids, 5, model_seed, n=n, **options)
            == both([ids] * n, 5, model_seed, **options))
    pairs = both([ids, ids[::-1]], 5, model_seed, n=n, **options)
    assert pairs == both([ids] * n + [ids[::-1]] * n, 5, model_seed, **options)


def test_for_n_texts_a_prompt_is_read_once():
    for side, model in zip((ours, theirs), fake_twins(), strict=True):
        list(side.generate(model, [1, 2, 3], 3, n=4))
        assert model.windows == [(1, 3), (4, 4), (4, 5)]


@given(SEEDS, st.integers(0, 9))
def test_what_is_written_is_one_of_the_choices(model_seed, seed):
    choices = [[1, 2, 3], [1, 2], [4], [5, 5]]
    options = {"choices": choices, "stop": [9, 10], "seed": seed}
    new = both([1, 2], 6, model_seed, **options)
    assert new[:-1] in choices and new[-1] in (9, 10)
    rows = both([[1, 2], [3, 4]], 6, model_seed, **options)
    for text in zip(*rows, strict=True):
        end = min(text.index(stop) for stop in (9, 10) if stop in text)
        assert list(text[:end]) in choices


# -- bad input, refused at the call and not at the first token ---------------

@pytest.mark.parametrize(("ids", "n", "options", "kind", "message"), [
    ([], 5, {}, ValueError, "with at least one token, got"),
    ([[]], 5, {}, ValueError, "with at least one token, got"),
    (3, 5, {}, ValueError, "of shape .T,. or .B, T. with"),
    ([[1, 2], []], 5, {}, ValueError, "with at least one token, got"),
    ([[1, 2], [11]], 5, {}, ValueError, "outside the model's vocabulary"),
    ([1], 5, {"n": 0}, ValueError, "n must be at least 1"),
    ([1], 5, {"min_p": 1.5}, ValueError, "min_p must lie between 0 and 1"),
    ([1], 5, {"repetition_penalty": 0}, ValueError, "repetition_penalty must"),
    ([1], 5, {"choices": [[1]]}, ValueError, "choices need a stop token"),
    ([1], 2, {"choices": [[1, 2]], "stop": 3}, ValueError,
     "max_new_tokens must be at least 3, got 2"),
    ([1.5], 5, {}, TypeError, "prompt ids must be whole numbers"),
    (["a"], 5, {}, TypeError, "prompt ids must be whole numbers"),
    ([1, 2, 11], 5, {}, ValueError,
     "token id 11 at position 2 of the prompt is outside the model's "
     "vocabulary of 11"),
    ([1, -1], 5, {}, ValueError, "token id -1 at position 1"),
    ([1], -1, {}, ValueError, "max_new_tokens must be at least 0, got -1"),
    ([1], 2.5, {}, TypeError, "max_new_tokens must be a whole number"),
    ([1], 5, {"seed": -1}, ValueError, "seed must be at least 0, got -1"),
    ([1], 5, {"stop": "x"}, TypeError, "stop must be a whole number"),
    ([1], 5, {"stop": [1, -2]}, ValueError, "stop must be at least 0"),
    ([1], 5, {"vocab_limit": 0}, ValueError, "vocab_limit must be at least 1"),
    ([1], 5, {"top_p": 2}, ValueError, "top_p must be above 0"),
])
def test_bad_input_is_refused_at_once(ids, n, options, kind, message):
    for side, model in zip((ours, theirs), fake_twins(), strict=True):
        with pytest.raises(kind, match=message):
            side.generate(model, ids, n, **options)


def test_one_word_may_be_all_the_vocabulary():
    assert both([0], 3, 0, vocab_limit=1) == [0, 0, 0]
