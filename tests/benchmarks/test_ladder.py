"""Each rung of the ladder buys time, and no other result."""
import numpy as np
import pytest
import torch

from benchmarks.ladder import CPU, CUDA, main, model_of, rungs, step_of, table
from benchmarks.plain_loop import Settings
from parity_tests.agreement import assert_rounding

from ..tiny_run import one_thread

__all__ = ["one_thread"]


class Options:
    model, batch, length, larger, threads, device = "tiny", 2, 24, 2, 1, "cpu"


def losses(settings, steps=4):
    take, tokens = step_of(Options, settings)
    assert tokens == Options.batch * Options.length * (2 if settings.larger else 1)
    return [take(number) for number in range(steps)]


@pytest.fixture(scope="module")
def first():
    return losses(Settings())


def on_the_cpu(rung):
    """Without a compiler's time, and with what a CPU has."""
    from dataclasses import replace

    name, settings = rung
    return name, replace(settings, compile=False, larger=False, pinned=False, bfloat16=False)


@pytest.mark.parametrize("settings", [
    settings for _, settings in map(on_the_cpu, [*rungs("cpu"), *rungs("cuda")])], ids=str)
def test_every_rung_computes_the_same_losses(first, settings):
    """In single precision, of four steps: an optimizer that differs is seen in the second."""
    found = losses(settings)
    assert_rounding(np.float32(found), np.float32(first), terms=300)    # of the vocabulary
    assert len({round(loss, 4) for loss in found}) == 4


def test_ten_steps_above_the_plain_loop():
    for steps, device in ((CPU, "cpu"), (CUDA, "cuda")):
        assert len(steps) == 11 and len(rungs(device)) == 11
        kept = [vars(settings) for _, settings in rungs(device)]
        assert not any(kept[0].values()) and all(
            sum(map(bool, after.values())) > sum(map(bool, before.values()))
            for before, after in zip(kept, kept[1:]))


def test_a_table(capsys):
    found = {0: {"seconds": [1.0, 2.0, 3.0], "losses": [], "tokens": 100, "peak": 1.5},
             6: {"seconds": [1.0], "losses": [], "tokens": 100, "peak": 1.0},
             10: {"seconds": [1.0], "losses": [], "tokens": 400, "peak": 2.0}}

    class Given(Options):
        rounds = 3

    text = table(Given, found)
    assert "a module a head, every formula spelled out | 50 (100) | 1.00x" in text
    assert "| 100 (100) | 2.00x | 2.00x | 1.00 GB |" in text
    assert "10. a batch 2 times as large | 400 (400) | 4.00x | 8.00x | 2.00 GB |" in text


def test_the_plain_model_is_ours():
    """The same logits' loss from the same weights as our own model."""
    from benchmarks.plain_loop import PlainGPT
    from torch_impl import GPTModel, cross_entropy, set_parameters
    from twinformer.models.initialisation import initial_parameters

    config = model_of("tiny")
    parameters = initial_parameters(config, 0)
    ours = GPTModel(config, seed=None)
    set_parameters(ours, parameters)
    ids = torch.arange(50).view(2, 25)
    loss = PlainGPT(config, parameters, Settings())(ids[:, :-1], ids[:, 1:])
    expected = cross_entropy(ours(ids[:, :-1]), ids[:, 1:])
    assert_rounding(loss.detach().numpy(), expected.detach().numpy(), terms=config.vocab_size)


def test_a_rung_that_there_is_not(capsys):
    with pytest.raises(SystemExit):
        main(["--steps", "11"])
    assert "invalid choice: 11" in capsys.readouterr().err
