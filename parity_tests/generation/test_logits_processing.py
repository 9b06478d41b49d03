"""Logits processing: the same numbers in both, and those of transformers."""
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import numpy_impl.generation.logits_processing as ours
import torch_impl.generation.logits_processing as theirs
from numpy_impl.layers.softmax import softmax

from ..agreement import assert_rounding

V = 9
SEEDS = st.integers(0, 2**32 - 1)
PENALTIES = st.sampled_from([0.5, 1.0, 1.3, 100.0])
BIASES = st.none() | st.dictionaries(st.integers(0, V - 1), st.sampled_from(
    [-np.inf, -3.5, 0.0, 1.25, 100.0]))


def drawn(seed):
    """logits (3, V) with zeros of both signs and a forbidden token; ids (3, 4)"""
    rng = np.random.default_rng(seed)
    logits = rng.normal(0, 3, (3, V))
    logits[0, :3] = 0.0, -0.0, -np.inf
    return logits, rng.integers(0, V, (3, 4))


def both(logits, ids, n_prompt, padding=None, **options):
    """What the reference makes of them, after checking the twin against it."""
    y = ours.LogitsProcessor(V, **options)(logits, ids, n_prompt, padding)
    y_t = theirs.LogitsProcessor(V, **options)(
        torch.tensor(logits), torch.tensor(ids), n_prompt,
        None if padding is None else torch.tensor(padding))
    assert y_t.dtype == torch.float64 and y.dtype == np.float64
    np.testing.assert_array_equal(y, y_t.numpy())
    return y


# -- the same numbers, and transformers' -------------------------------------

@given(SEEDS, PENALTIES, BIASES)
def test_both_and_transformers_give_the_same_logits(seed, penalty, bias):
    """In the order in which transformers applies them."""
    from transformers.generation import logits_process as hf

    logits, ids = drawn(seed)
    y = both(logits, ids, 4, repetition_penalty=penalty, logit_bias=bias)

    scores, tensor_ids = torch.tensor(logits), torch.tensor(ids)
    if bias:
        scores = hf.SequenceBiasLogitsProcessor(
            {(token,): float(value) for token, value in bias.items()})(tensor_ids, scores)
    scores = hf.RepetitionPenaltyLogitsProcessor(penalty)(tensor_ids, scores)
    if not bias:
        np.testing.assert_array_equal(y, scores.numpy())
        return
    # transformers adds the bias up in single precision, a sum as large as this
    largest = (np.abs(logits[np.isfinite(logits)]).max() + 100) * max(penalty, 1 / penalty)
    assert_rounding(y.astype(np.float32), scores.numpy().astype(np.float32), 2, largest)


@given(SEEDS)
def test_transformers_allows_the_same_tokens(seed):
    from transformers.generation import logits_process as hf

    logits, ids = drawn(seed)
    choices, n_prompt = [[1, 2, 3], [1, 4], [5]], 2
    ids[0, 2:], ids[1, 2:] = [1, 4], [1, 2]
    trie = ours.LogitsProcessor(V, choices=choices, stop=7, max_new_tokens=9).choices
    y = both(logits, ids, n_prompt, choices=choices, stop=7, max_new_tokens=9)
    scores = hf.PrefixConstrainedLogitsProcessor(
        lambda _, text: trie.allowed(text[n_prompt:].tolist()), 1)(
            torch.tensor(ids), torch.tensor(logits))
    np.testing.assert_array_equal(y, scores.numpy())
    assert np.flatnonzero(y[0] > -np.inf).tolist() == [7]
    assert np.flatnonzero(y[1] > -np.inf).tolist() == [3]


# -- laws --------------------------------------------------------------------

@given(SEEDS)
def test_without_options_nothing_changes(seed):
    logits, ids = drawn(seed)
    np.testing.assert_array_equal(both(logits, ids, 4), logits)
    np.testing.assert_array_equal(both(logits, ids, 4, logit_bias={}), logits)


@given(SEEDS, st.floats(1.01, 50))
def test_a_penalty_lowers_what_was_seen_and_nothing_else(seed, penalty):
    logits, ids = drawn(seed)
    y = both(logits, ids, 4, repetition_penalty=penalty)
    for row, text, before in zip(y, ids, logits, strict=True):
        seen = np.isin(np.arange(V), text)
        np.testing.assert_array_equal(row[~seen], before[~seen])
        nonzero = seen & (before != 0) & np.isfinite(before)
        assert (row[nonzero] < before[nonzero]).all()
        assert (row[seen & (before == 0)] == 0).all()


@given(SEEDS, st.lists(st.integers(0, V - 1), min_size=1, max_size=V, unique=True))
def test_allowed_tokens_keep_their_proportions(seed, allowed):
    logits = np.random.default_rng(seed).normal(0, 3, (1, V))
    p = softmax(ours.allow_only(logits, [allowed]))[0]
    p_t = theirs.allow_only(torch.tensor(logits), [allowed]).softmax(-1)[0]
    whole = softmax(logits)[0]
    expected = np.zeros(V)
    expected[allowed] = whole[allowed] / whole[allowed].sum()
    for found in (p, p_t.numpy()):
        assert_rounding(found, expected, 2 * V)
        assert (found[[i for i in range(V) if i not in allowed]] == 0).all()


def test_columns_that_were_filled_up_were_not_seen():
    """Whatever is in them: row 1 has two of its own, 4 and 5."""
    ids = np.array([[0, 1, 2, 3], [6, 7, 4, 5], [0, 0, 0, 8]])
    padding = np.array([0, 2, 3])
    seen = ours.seen_tokens(ids, V, padding)
    seen_t = theirs.seen_tokens(torch.tensor(ids), V, torch.tensor(padding))
    np.testing.assert_array_equal(seen, seen_t.numpy())
    assert [np.flatnonzero(row).tolist() for row in seen] == [[0, 1, 2, 3], [4, 5], [8]]
    y = both(np.ones((3, V)), ids, 4, padding, repetition_penalty=2.0)
    np.testing.assert_array_equal(y, np.where(seen, 0.5, 1.0))


def test_only_new_tokens_are_part_of_a_choice():
    """The prompt, 1 2, looks like the beginning of one."""
    y = both(np.zeros((1, V)), np.array([[1, 2]]), 2, choices=[[1, 2, 3]], stop=8,
             max_new_tokens=4)
    assert np.flatnonzero(y[0] == 0).tolist() == [1]


def test_inputs_are_not_modified():
    logits, ids = drawn(3)
    before = logits.copy(), ids.copy()
    tensors = torch.tensor(logits), torch.tensor(ids)
    options = dict(repetition_penalty=2.0, logit_bias={1: 3.0}, choices=[[1]], stop=2,
                   max_new_tokens=2)
    both(logits, ids, 4, np.array([0, 1, 2]), **options)
    theirs.LogitsProcessor(V, **options)(*tensors, 4)
    for a, b, t in zip((logits, ids), before, tensors, strict=True):
        np.testing.assert_array_equal(a, b)
        np.testing.assert_array_equal(t.numpy(), b)


# -- bad input ---------------------------------------------------------------

@pytest.mark.parametrize("package", [ours, theirs])
@pytest.mark.parametrize(("options", "kind", "message"), [
    ({"repetition_penalty": 0}, ValueError, "repetition_penalty must be a finite number above 0"),
    ({"repetition_penalty": np.inf}, ValueError, "repetition_penalty"),
    ({"repetition_penalty": np.nan}, ValueError, "repetition_penalty"),
    ({"repetition_penalty": "1"}, TypeError, "repetition_penalty must be a number"),
    ({"logit_bias": {V: 1.0}}, ValueError, "token id 9 of logit_bias is outside the model's"),
    ({"logit_bias": {-1: 1.0}}, ValueError, "at least 0, got -1"),
    ({"logit_bias": {"a": 1.0}}, TypeError, "must be a whole number, got 'a'"),
    ({"logit_bias": {1: np.inf}}, ValueError, "bias of token 1 is inf"),
    ({"logit_bias": {1: np.nan}}, ValueError, "bias of token 1 is nan"),
    ({"logit_bias": [1]}, TypeError, "logit_bias must be {token id: number}"),
    ({"choices": [[1]]}, ValueError, "choices need a stop token"),
    ({"choices": [[V]], "stop": 1}, ValueError, "token id 9 of a choice"),
    ({"choices": [[1, 2]], "stop": 3, "max_new_tokens": 2}, ValueError,
     "max_new_tokens must be at least 3, got 2"),
])
def test_mistakes_are_refused(package, options, kind, message):
    with pytest.raises(kind, match=message):
        package.LogitsProcessor(V, **options)
