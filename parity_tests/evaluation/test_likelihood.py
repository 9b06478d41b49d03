"""Log-likelihoods of given words: both packages, the definition, and the laws."""
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import numpy_impl.evaluation.likelihood as ours
import torch_impl.evaluation.likelihood as theirs
from twinformer.models.config import GPT2Config
from numpy_impl.models.gpt2 import GPTModel
from twinformer.models.initialisation import initial_parameters
from numpy_impl.models.parameters import set_parameters
from torch_impl.models import gpt2, parameters
from torch_impl.training.loss import cross_entropy

from ..agreement import assert_agree, assert_rounding
from ..bounds import measured_bounds

CONFIG = GPT2Config(vocab_size=17, context_length=8, d_model=12, n_heads=3,
                    n_layers=2, dropout=0.3)
IGNORE = -100
few = settings(max_examples=max(5, settings().max_examples // 4))


def models(seed=0, dtype=np.float64, config=CONFIG):
    """The same weights in both packages."""
    weights = {name: 8 * a.astype(dtype) for name, a
               in initial_parameters(config, seed).items()}
    one = GPTModel(config).to(dtype)
    set_parameters(one, weights)
    other = gpt2.GPTModel(config).to(getattr(torch, np.dtype(dtype).name))
    parameters.set_parameters(other, weights)
    return one, other.eval()


rows = st.lists(st.integers(0, CONFIG.vocab_size - 1), min_size=1, max_size=11)
short = st.lists(st.integers(0, CONFIG.vocab_size - 1), min_size=1,
                 max_size=CONFIG.context_length)


@few
@given(st.integers(0, 5), st.integers(1, 3), st.integers(1, 8), st.data())
def test_log_likelihoods_agree(seed, B, T, data):
    generator = np.random.default_rng(data.draw(st.integers(0, 2**32 - 1)))
    inputs = generator.integers(17, size=(B, T))
    targets = np.where(generator.random((B, T)) < 0.3, IGNORE,
                       generator.integers(17, size=(B, T)))
    one, other = models(seed)

    def twin():
        logits = other(torch.from_numpy(inputs))
        return {"logp": -cross_entropy(logits, torch.from_numpy(targets),
                                       reduction="none"), "logits": logits}

    exact, bounds = measured_bounds(twin)
    logp, likeliest = ours.log_likelihoods(one, inputs, targets)
    logp_t, likeliest_t = theirs.log_likelihoods(other, inputs, targets)
    assert not logp_t.requires_grad
    for found in (logp, logp_t.numpy()):
        assert_agree(found, exact["logp"], bounds["logp"])
        assert (found[targets == IGNORE] == 0).all()
    np.testing.assert_array_equal(
        likeliest, exact["logits"].argmax(-1) == targets)
    np.testing.assert_array_equal(likeliest, likeliest_t.numpy())


@few
@given(st.lists(st.tuples(rows, short), max_size=7), st.integers(1, 4))
def test_choices_are_the_sums_of_their_tokens(pairs, batch_size):
    """Each token by a forward pass of its own, from the text before it; rows
    of all lengths in batches of all sizes change nothing but roundings."""
    contexts = [context for context, _ in pairs]
    choices = [choice for _, choice in pairs]
    one, other = models()
    scores = ours.choice_log_likelihoods(one, contexts, choices, batch_size)
    twins = theirs.choice_log_likelihoods(other, contexts, choices, batch_size)
    assert scores.log_likelihood.dtype == twins.log_likelihood.dtype == float
    for row, (context, choice) in enumerate(pairs):
        logp, greedy = 0.0, True
        for t, token in enumerate(choice):
            # a long row loses its beginning once, not anew for each token
            whole = [*context, *choice][-9:]
            before = whole[:len(whole) - len(choice) + t]
            logits = other(torch.tensor([before]))[0, -1].detach()
            logp += float(logits.log_softmax(-1)[token])
            greedy &= int(logits.argmax()) == token
        # At most 8 log-probabilities of 17 tokens, from two blocks: the bound
        # is 100 times the roundings of their sum
        bound = 100 * np.finfo(float).eps * (1 + abs(logp)) * 17
        assert abs(scores.log_likelihood[row] - logp) < bound
        assert abs(twins.log_likelihood[row] - logp) < bound
        assert scores.greedy[row] == twins.greedy[row] == greedy


def test_progress_is_told():
    for package, model in zip((ours, theirs), models()):
        told = []
        package.choice_log_likelihoods(model, [[1]] * 5, [[2]] * 5, 2,
                                       told.append)
        assert told == [2, 4, 5]


def test_rows_of_like_length_go_together(monkeypatch):
    """Which is what spares filling up: shapes of the batches, longest first."""
    for package, model in zip((ours, theirs), models()):
        shapes = []
        monkeypatch.setattr(
            package, "log_likelihoods",
            lambda model, inputs, *rest, f=package.log_likelihoods,
            shapes=shapes: (
                shapes.append(inputs.shape), f(model, inputs, *rest))[1])
        package.choice_log_likelihoods(
            model, [[1], [1] * 2, [1] * 3, [1]], [[2] * 5, [2], [2], [2]], 2)
        assert shapes == [(2, 5), (2, 2)]


def test_all_endings_together_are_certain():
    """The probabilities of all sequences of two tokens add up to 1."""
    choices = [[a, b] for a in range(17) for b in range(17)]
    for package, model in zip((ours, theirs), models()):
        scores = package.choice_log_likelihoods(
            model, [[3, 1, 4]] * len(choices), choices, 50)
        assert_rounding(np.exp(scores.log_likelihood).sum(), 1.0, 2 * 17)
        # greedy says it of one at most: the likeliest token, and the
        # likeliest one after it
        assert scores.greedy.sum() == 1


def test_the_twin_drops_nothing_out():
    _, other = models()
    other.train()
    args = [[1, 2], [3]], [[4], [5, 6]]
    first = theirs.choice_log_likelihoods(other, *args)
    again = theirs.choice_log_likelihoods(other, *args)
    np.testing.assert_array_equal(first.log_likelihood, again.log_likelihood)


def test_single_precision_is_added_up_in_double():
    """Which keeps the order of long endings that differ by little."""
    for package, model in zip((ours, theirs), models(dtype=np.float32)):
        scores = package.choice_log_likelihoods(model, [[1]], [[2, 3, 4]])
        assert scores.log_likelihood.dtype == np.float64
        exact = package.choice_log_likelihoods(
            dict(zip((ours, theirs), models()))[package], [[1]], [[2, 3, 4]])
        assert_rounding(np.float32(scores.log_likelihood),
                        np.float32(exact.log_likelihood), 8)


def test_of_equally_likely_tokens_the_first_is_greedy():
    config = replace(CONFIG, tie_embeddings=False)
    for package, model in zip((ours, theirs), models(config=config)):
        with torch.no_grad():
            model.head.weight[...] = 0
        scores = package.choice_log_likelihoods(model, [[1], [1]], [[0], [2]])
        assert scores.greedy.tolist() == [True, False]
        assert_rounding(scores.log_likelihood, np.full(2, -np.log(17)), 17)


@pytest.mark.parametrize(("contexts", "choices", "message"), [
    ([[1], []], [[2], [3]], "row 1 has no context"),
    ([[1]], [[]], "row 0: a choice must have 1 to 8 tokens"),
    ([[1]], [list(range(9))], "got 9"),
    ([[1]], [[2], [3]], "every choice needs its context: got 1 contexts"),
])
def test_rows_that_cannot_be_scored(contexts, choices, message):
    for package, model in zip((ours, theirs), models()):
        with pytest.raises(ValueError, match=message):
            package.choice_log_likelihoods(model, contexts, choices)
        with pytest.raises(ValueError, match="batch_size must be at least 1"):
            package.choice_log_likelihoods(model, [[1]], [[2]], 0)
