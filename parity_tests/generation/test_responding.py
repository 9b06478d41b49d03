"""Answering in batches: what every prompt would be answered alone."""
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import numpy_impl.generation.responding as ours
import numpy_impl.generation.generate as alone
import torch_impl.generation.responding as theirs
from twinformer.models.config import GPT2Config
from numpy_impl.models.gpt2 import GPTModel
from twinformer.models.initialisation import initial_parameters
from numpy_impl.models.parameters import set_parameters
from torch_impl.models import gpt2, parameters

from .fake_models import fake_twins

PROMPTS = st.lists(st.lists(st.integers(0, 10), min_size=1, max_size=7),
                   min_size=1, max_size=6)
OPTIONS = st.fixed_dictionaries({
    "stop": st.none() | st.integers(0, 10) | st.just([2, 5]),
    "vocab_limit": st.sampled_from([None, 7, 11])})
SAMPLING = st.fixed_dictionaries({
    "temperature": st.sampled_from([0.7, 1.0, 3.0]),
    "top_k": st.none() | st.integers(1, 12),
    "top_p": st.none() | st.sampled_from([0.3, 1.0]),
    "seed": st.integers(0, 9)})
SIZES = st.integers(1, 4)
CONTEXT = 12


def both(prompts, n, model_seed=0, **options):
    model, twin = fake_twins(model_seed, context_length=CONTEXT)
    found = ours.respond(model, prompts, n, **options)
    assert theirs.respond(twin, prompts, n, **options) == found
    return found


@given(PROMPTS, st.integers(0, 8), st.integers(0, 99), OPTIONS, SIZES)
def test_greedy_answers_are_those_of_each_prompt_alone(
        prompts, n, seed, options, size):
    found = both(prompts, n, seed, **options, batch_size=size)
    model, _ = fake_twins(seed, context_length=CONTEXT)
    for prompt, answer in zip(prompts, found, strict=True):
        room = min(n, CONTEXT - len(prompt))
        new = list(alone.generate(model, prompt, room, temperature=0,
                                  **options))
        stop = options["stop"]
        stops = [stop] if isinstance(stop, int) else stop or []
        assert answer == [token for token in new if token not in stops]


@given(PROMPTS, st.integers(0, 8), st.integers(0, 99), OPTIONS, SAMPLING,
       SIZES)
def test_drawn_answers_do_not_depend_on_the_batch(
        prompts, n, seed, options, sampling, size):
    """Each has dice of its own, which begin to roll where its answer does."""
    found = both(prompts, n, seed, **options, **sampling, batch_size=size)
    assert found == both(prompts, n, seed, **options, **sampling,
                         batch_size=1)
    model, _ = fake_twins(seed, context_length=CONTEXT)
    room = min(n, CONTEXT - len(prompts[0]))
    first = list(alone.generate(model, prompts[0], room, **options,
                                **sampling))
    stop = options["stop"]
    stops = [stop] if isinstance(stop, int) else stop or []
    assert found[0] == [token for token in first if token not in stops]


def test_a_gpt_with_its_cache():
    """The same answers from prompts of 1 to 9 tokens in one batch as from
    whole windows, one by one; both packages."""
    config = GPT2Config(vocab_size=23, context_length=16, d_model=16,
                        n_heads=4, n_layers=2, dropout=0.1)
    arrays = {name: array.astype(np.float64) * 10 for name, array
              in initial_parameters(config, 3).items()}
    model = GPTModel(config).to(np.float64)
    set_parameters(model, arrays)
    twin = gpt2.GPTModel(config).double()
    parameters.set_parameters(twin, arrays)
    random = np.random.default_rng(4)
    prompts = [random.integers(23, size=n).tolist() for n in range(1, 10)]
    found = ours.respond(model, prompts, 12, stop=5)
    assert found == theirs.respond(twin.train(), prompts, 12, stop=5)
    assert twin.training  # as it was
    for prompt, answer in zip(prompts, found, strict=True):
        ids = list(prompt)
        while len(ids) < 16 and len(ids) - len(prompt) < 12:
            logits, _ = model.forward(np.array([ids]))
            ids.append(int(logits[0, -1].argmax()))
            if ids[-1] == 5:
                ids.pop()
                break
        assert answer == ids[len(prompt):]
    assert len({tuple(answer) for answer in found}) > 3


def test_it_stops_when_all_have():
    """No step more than the longest answer needs; none without a prompt."""
    model, _ = fake_twins(0, context_length=50)
    best = ours.respond(model, [[1]], 1)[0]
    model.windows.clear()
    assert ours.respond(model, [[1]], 40, stop=best) == [[]]
    assert len(model.windows) == 1
    model.windows.clear()
    answers = ours.respond(model, [[1], [1, 2, 3]], 5, stop=11)
    assert [*map(len, answers)] == [5, 5] and len(model.windows) == 7
    for token in answers[1]:
        model.windows.clear()
        found = ours.respond(model, [[1], [1, 2, 3]], 5, stop=token)
        columns = max(length + len(answer) + (len(answer) < 5) for
                      length, answer in zip((1, 3), found, strict=True))
        assert len(model.windows) == columns - 1
    assert ours.respond(model, [], 4) == []


@pytest.mark.parametrize("package", [ours, theirs])
@pytest.mark.parametrize(("prompts", "options", "message"), [
    ([[]], {}, "at least one token"),
    ([[1] * CONTEXT], {}, "a prompt of 12 tokens leaves no room"),
    ([[99]], {}, "outside the model's vocabulary"),
    ([[1]], {"temperature": -1}, "temperature"),
    ([[1]], {"batch_size": 0}, "batch_size")])
def test_mistakes_are_refused(package, prompts, options, message):
    model = fake_twins(context_length=CONTEXT)[package is theirs]
    with pytest.raises(ValueError, match=message):
        package.respond(model, prompts, 3, **options)


def test_prompts_may_be_arrays_or_tensors():
    rows = [np.array([1, 2]), torch.tensor([3]), [4]]
    assert both(rows, 3) == both([[1, 2], [3], [4]], 3)
