"""Strided windows: every token once, Hugging Face's recipe, both packages."""
import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import numpy_impl.evaluation.likelihood as ours
import torch_impl.evaluation.likelihood as theirs
from twinformer.evaluation.perplexity import evaluate_text, strided_windows

from parity_tests.evaluation.test_likelihood import IGNORE, models

sizes = st.integers(1, 9)


@given(st.integers(2, 60), sizes, sizes)
def test_every_token_but_the_first_is_scored_once(tokens, window, stride):
    """And each has window - stride tokens before it, or the whole text."""
    stride = min(stride, window)
    scored = []
    for start, end, first in strided_windows(tokens, window, stride):
        assert end - start <= window and 0 <= first < end - start
        for target in range(start + first, end):
            scored.append(target + 1)
            seen = target + 1 - start
            assert seen >= min(target + 1, window - stride + 1)
    assert scored == list(range(1, tokens))


@given(st.integers(2, 60), sizes, sizes, st.integers(1, 5))
def test_batches_change_nothing(tokens, window, stride, batch_size):
    stride = min(stride, window)
    seen, told = [], []

    def score(inputs, targets):
        """Says that token n has the log-probability -n."""
        assert inputs.shape == targets.shape and len(inputs) <= batch_size
        kept = targets != IGNORE
        assert (targets[kept] == (inputs + 1)[kept]).all()
        seen.extend(targets[kept].tolist())
        return np.where(kept, -targets, 0.0)

    result = evaluate_text(
        score, np.arange(tokens, dtype=np.uint16), np.arange(tokens) % 3,
        window=window, stride=stride, batch_size=batch_size,
        progress=told.append)
    assert sorted(seen) == list(range(1, tokens))
    assert result.tokens == tokens - 1 == told[-1]
    assert result.nats == sum(range(1, tokens))
    assert result.bytes == sum(n % 3 for n in range(1, tokens))


@pytest.mark.parametrize(("tokens", "shapes"), [
    (17, [(3, 4), (1, 4)]), (15, [(3, 4), (1, 2)]), (2, [(1, 1)])])
def test_windows_of_one_length_share_batches(tokens, shapes):
    seen = []

    def score(inputs, targets):
        seen.append(inputs.shape)
        return np.zeros(inputs.shape)

    evaluate_text(score, np.arange(tokens), np.ones(tokens, int), window=4,
                  stride=4, batch_size=3)
    assert seen == shapes


def hugging_faces_recipe(model, ids, max_length, stride):
    """As its documentation tells it, for our twin: windows of max_length
    tokens; the last ones of each that are new are labels, the loss shifts
    them by one. -> summed nats, how many"""
    nats, count, before = 0.0, 0, 0
    for begin in range(0, len(ids), stride):
        end = min(begin + max_length, len(ids))
        labels = ids[begin:end].clone()
        labels[:-(end - before)] = IGNORE
        with torch.no_grad():
            logits = model(ids[None, begin:end - 1])[0]
        nats += float(torch.nn.functional.cross_entropy(
            logits, labels[1:], reduction="sum"))
        count += int((labels[1:] != IGNORE).sum())
        before = end
        if end == len(ids):
            break
    return nats, count


@pytest.mark.parametrize("stride", [1, 3, 5])
@pytest.mark.parametrize("length", [6, 7, 30, 41])
def test_hugging_faces_recipe_gives_the_same(length, stride):
    ids = np.random.default_rng(length).integers(17, size=length)
    one, other = models()
    nats, count = hugging_faces_recipe(other, torch.from_numpy(ids), 7, stride)
    for package, model in ((ours, one), (theirs, other)):
        result = evaluate_text(
            lambda *batch, package=package, model=model: np.asarray(
                package.log_likelihoods(model, *batch)[0]),
            ids, np.ones(17, int), window=6, stride=stride, batch_size=3)
        assert result.tokens == count == length - 1
        assert math.isclose(result.nats, nats, rel_tol=1e-12)


@pytest.mark.parametrize(("arguments", "message"), [
    ((9, 4, 5), "stride must lie in 1..4"), ((9, 4, 0), "got 0"),
    ((1, 4, 4), "1 tokens has nothing to predict")])
def test_what_cannot_be_cut(arguments, message):
    with pytest.raises(ValueError, match=message):
        strided_windows(*arguments)
