"""Preferences as the trainer sees them: batches, the reference, metrics."""
import math
from functools import partial

import numpy as np
import pytest

from twinformer.finetuning.preference_task import ComparisonTask, pair_metrics
from twinformer.finetuning.examples import encode_examples, split_tasks
from twinformer.configs.finetuning_config import FinetuningConfig
from twinformer.configs.preference_config import PreferenceConfig, without_ties
from numpy_impl.finetuning.preferences import PreferencePairs, margin_losses
from twinformer.backend import implementation
from twinformer.tokenizers.byte_tokenizer import ByteTokenizer
from twinformer.corpora.prompts import PHI3
from twinformer.corpora.records import Preference, read_preferences

from parity_tests.shared_data import shared_data
from parity_tests.text.samples import error_of
from parity_tests.finetuning.tiny import RUN_CONFIG, package, tuner

PAIRS = [Preference(f"Say {n}", "", "", word, other)
         for n, (word, other) in enumerate([
             ("yes", "no way"), ("please", "go"), ("thanks", "so what"),
             ("gladly", "no"), ("of course", "later")] * 4)]
BOTH = pytest.mark.parametrize("name", ["numpy", "torch"])


def task(name="numpy", **settings):
    settings = PreferenceConfig(**({"template": "phi3", "train_share": 0.5,
                                    "test_share": 0.2, "samples": 1,
                                    "max_new_tokens": 6} | settings))
    tokenizer = ByteTokenizer()
    splits = split_tasks(PAIRS, settings.train_share, settings.test_share)
    encoded = [encode_examples(part, ["chosen", "rejected"], PHI3, tokenizer,
                               128)[0] for part in splits]
    parts = package(name)
    objective = parts.PreferencePairs(
        settings.loss, settings.beta, settings.label_smoothing,
        settings.average)
    return ComparisonTask(
        type(splits)(*encoded), settings, FinetuningConfig(), tokenizer=tokenizer,
        run_config=RUN_CONFIG, data_key="key", respond=parts.respond,
        log_probabilities=parts.log_probabilities,
        losses=partial(implementation(name).margin_losses, objective),
        parameters=parts.get_parameters)


def started(name, **settings):
    """A task that has asked the reference, and the tuner."""
    one = task(name, **settings)
    objective = package(name).PreferencePairs(
        one.settings.loss, one.settings.beta, one.settings.label_smoothing,
        one.settings.average)
    tune = tuner(name, objective)
    one.remember_reference(tune)
    return one, tune


def test_a_batch_is_both_answers_with_their_end():
    batch = task().batch([2, 0])
    rows = [(2, "thanks"), (0, "yes"), (2, "so what"), (0, "no way")]
    for inputs, targets, (number, answer) in zip(
            batch.inputs, batch.targets, rows, strict=True):
        text = list((PHI3.question(PAIRS[number]) + answer).encode())
        assert inputs[:len(text)].tolist() == text
        assert targets[targets != -100].tolist() == [*answer.encode(), 256]
        assert targets[len(text) - 1] == 256


@BOTH
@pytest.mark.parametrize("settings", [
    {}, {"average": True}, {"label_smoothing": 0.1}, {"loss": "ipo"}])
def test_at_the_start_nothing_has_moved(name, settings):
    """Loss log 2 (ipo: its goal squared), margins and rewards 0: the cached
    reference is what the model says in any batch."""
    one, tune = started(name, **settings)
    assert {key: a.shape for key, a in one.reference.items()} == {
        "train": (10, 2), "validation": (6, 2), "test": (4, 2)}
    metrics = one.evaluate(tune)
    expected = 25.0 if settings.get("loss") == "ipo" else math.log(2)
    for split in ("train", "validation"):
        assert abs(metrics[f"{split}_loss"] - expected) < 1e-12
        for key in ("margin", "chosen_reward", "rejected_reward"):
            assert abs(metrics[f"{split}_{key}"]) < 1e-12
    total, count = tune.evaluate(one.batch([4, 1, 7]))
    assert abs(total / count - expected) < 1e-12 and count == 3


@BOTH
def test_steps_make_it_prefer_what_was_chosen(name):
    one, tune = started(name)
    for step in range(1, 31):
        tune.train_step([one.batch(range(10))], step, 3e-3)
    metrics = one.evaluate(tune)
    assert metrics["train_loss"] < 0.3 and metrics["train_margin"] > 1
    assert metrics["train_accuracy"] == 1.0
    assert abs(metrics["train_margin"] - metrics["train_chosen_reward"]
               + metrics["train_rejected_reward"]) < 1e-12
    assert one.metrics(tune, "test")["accuracy"] == 1.0  # the same answers
    assert one.score(metrics) == metrics["validation_loss"]


def test_both_packages_measure_alike():
    found = []
    for name in ("numpy", "torch"):
        one, tune = started(name, average=True, beta=0.5)
        tune.train_step([one.batch(range(10))], 1, 1e-2)
        found.append((one.evaluate(tune), one.sample(tune, 1)))
    np.testing.assert_allclose(list(found[0][0].values()),
                               list(found[1][0].values()), rtol=1e-9,
                               atol=1e-12)
    assert found[0][1] == found[1][1]


@BOTH
@pytest.mark.parametrize("eval_examples", [0, 3])
def test_before_the_first_step_margins_are_exactly_0(name, eval_examples):
    """In single precision too: the reference was asked in the same batches."""
    one = task(name, eval_examples=eval_examples)
    tune = tuner(name, package(name).PreferencePairs(), single=True)
    one.remember_reference(tune)
    metrics = one.evaluate(tune)
    for split in ("train", "validation"):
        assert metrics[f"{split}_margin"] == metrics[f"{split}_accuracy"] == 0
        assert metrics[f"{split}_loss"] == math.log(2)


def test_metrics_by_hand():
    logp = np.array([-1.0, -5.0, -2.0, -3.0])      # chosen, chosen, rejected
    reference = np.array([-2.0, -4.0, -2.0, -4.0])
    losses = partial(margin_losses, PreferencePairs(beta=0.5))
    found = pair_metrics(losses, 0.5, logp, reference)
    assert found["chosen_reward"] == 0.0 and found["rejected_reward"] == 0.25
    assert found["margin"] == -0.25 and found["accuracy"] == 0.5
    margins = np.array([0.5, -1.0])
    assert abs(found["loss"] - np.log1p(np.exp(-margins)).mean()) < 1e-15
    losses = partial(margin_losses, PreferencePairs())
    ties = pair_metrics(losses, 0.1, reference, reference)
    assert ties["accuracy"] == 0.0 and ties["loss"] == math.log(2)


def test_the_books_pairs_of_equal_answers():
    """Six of its 1,100 say the same twice."""
    pairs = read_preferences(
        shared_data("rasbt/instruction-data-with-preference.json"))
    kept, ties = without_ties(pairs)
    assert ties == [122, 226, 400, 566, 628, 676] and len(kept) == 1094
    assert "all 2 pairs have equal answers" in error_of(
        without_ties, [Preference("a", "", "", "b ", "b")] * 2)


@pytest.mark.parametrize(("settings", "message"), [
    ({"template": "llama"}, "there are alpaca, phi3, chatml"),
    ({"beta": 0}, "beta must be positive"),
    ({"loss": "ipo", "label_smoothing": 0.1}, "only the dpo loss"),
    ({"eval_examples": -1}, "eval_examples must be at least 0")])
def test_settings_that_cannot_be(settings, message):
    assert message in error_of(PreferenceConfig, **settings)
