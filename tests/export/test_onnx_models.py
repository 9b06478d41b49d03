"""ONNX files compute what both implementations compute, of every kind: for batches and lengths
that were not traced, with and without the past, and for prompts of unequal lengths."""
import numpy as np
import pytest

from twinformer.architectures.kinds import EVERY_KIND, KINDS
from twinformer.backend import implementation
from twinformer.export.onnx_check import decoded_in_steps, logits_of

from .onnx_models import (
    assert_the_runs_logits, greedy, opened, past_of, random_ids, written)

for module in ("onnx", "onnxscript", "onnxruntime"):
    pytest.importorskip(module)

# It has what the others have, and more: sinks, experts, windows; of one layer to be quick
QUICK = {"gpt_oss": {"n_layers": 1}}


def kinds(names, quick=("gpt_oss",)):
    return [name if name in quick else pytest.param(name, marks=pytest.mark.slow)
            for name in names]


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """(kind, past) -> a run and its session, written once"""
    made = {}

    def file(kind, past=True):
        if (kind, past) not in made:
            run = opened(kind, **QUICK.get(kind, {}))
            path = tmp_path_factory.mktemp("onnx") / "model.onnx"
            made[kind, past] = run, written(run, path, past)
        return made[kind, past]
    return file


@pytest.mark.parametrize("kind", kinds(KINDS))
def test_logits_of_any_batch_length_and_past(kind, files):
    run, session = files(kind)
    for shape, steps in (((1, 1), ()), ((1, 23), (22,)), ((3, 23), (4, 1, 1)), ((2, 64), ()),
                         ((2, 9), (1,) * 8)):
        ids = random_ids(run, *shape)
        assert_the_runs_logits(run, ids, decoded_in_steps(session, ids, steps))


@pytest.mark.parametrize("kind", kinds(KINDS))
def test_greedy_tokens_are_those_of_generate(kind, files):
    """Also behind prompts of unequal lengths, at once."""
    run, session = files(kind)
    package = implementation("numpy")
    model = package.model_of(run.config.model, run.parameters)
    prompts = [random_ids(run, length, seed=length).tolist() for length in (7, 1, 4)]
    for some in (prompts[:1], prompts):
        expected = list(package.generate(model, some, 20, temperature=0))
        assert greedy(session, some, 20) == expected


@pytest.mark.parametrize("kind", kinds(KINDS))
def test_what_fills_up_a_prompt_has_no_say(kind, files):
    run, session = files(kind)
    ids, seen = random_ids(run, 2, 12), np.ones((2, 12), np.int64)
    seen[1, :5] = 0
    logits = session.run(["logits"], {
        "input_ids": ids, "attention_mask": seen, **past_of(session, 2)})[0]
    assert np.isfinite(logits).all()
    assert_the_runs_logits(run, ids[1:, 5:], logits[1:, 5:])


@pytest.mark.parametrize("kind", kinds(KINDS, quick=()))
def test_whole_texts_without_the_past(kind, files):
    run, session = files(kind, past=False)
    for shape in ((1, 1), (3, 23), (1, 64)):
        ids = random_ids(run, *shape)
        assert_the_runs_logits(run, ids, logits_of(session, ids))
    seen = np.ones((3, 12), np.int64)
    seen[0, :7] = 0
    ids = random_ids(run, 3, 12)
    assert_the_runs_logits(run, ids[:1, 7:], logits_of(session, ids, seen)[:1, 7:])


@pytest.mark.slow
def test_hidden_words(files):
    """Of a BERT: padding stands behind a text, and pairs have segments."""
    run, session = files("bert")
    for shape in ((1, 1), (3, 23), (1, 64)):
        ids = random_ids(run, *shape)
        assert_the_runs_logits(run, ids, logits_of(session, ids))
    ids, seen = random_ids(run, 2, 12), np.ones((2, 12), np.int64)
    seen[1, 8:] = 0
    segments = np.repeat([[0, 1]], 2, 0).repeat(6, 1)
    logits, hidden = session.run(["logits", "last_hidden_state"], {
        "input_ids": ids, "attention_mask": seen, "token_type_ids": segments})
    assert_the_runs_logits(run, ids[1:, :8], logits[1:, :8], segments=segments[1:, :8])
    model = implementation("torch").model_of(run.config.model, dict(run.parameters))
    assert hidden.shape == (2, 12, model.config.d_model)


@pytest.mark.parametrize("kind", kinds(EVERY_KIND, quick=()))
def test_names_and_axes(kind, files):
    run, session = files(kind)
    inputs = {value.name: value.shape for value in session.get_inputs()}
    assert inputs.pop("input_ids") == ["batch_size", "sequence_length"]
    outputs = {value.name: value.shape for value in session.get_outputs()}
    assert outputs.pop("logits") == ["batch_size", "sequence_length", 257]
    if kind == "bert":
        assert list(inputs) == ["attention_mask", "token_type_ids"]
        assert list(outputs) == ["last_hidden_state"]
        return
    assert inputs.pop("attention_mask") == ["batch_size", "total_sequence_length"]
    layers = range(run.config.model.n_layers)
    names = [f"{n}.{part}" for n in layers for part in ("key", "value")]
    assert list(inputs) == [f"past_key_values.{name}" for name in names]
    assert list(outputs) == [f"present.{name}" for name in names]
    assert all(shape[2] == "past_sequence_length" for shape in inputs.values())


@pytest.mark.slow
def test_equal_scores_of_experts(tmp_path):
    """A router of zeros scores all alike: the first ones are chosen, as in both packages."""
    run = opened("gpt_oss", n_layers=1)
    for name, array in run.parameters.items():
        if ".router." in name:
            array[...] = 0
    ids = random_ids(run, 2, 5)
    session = written(run, tmp_path / "model.onnx", past=False)
    assert_the_runs_logits(run, ids, logits_of(session, ids))
