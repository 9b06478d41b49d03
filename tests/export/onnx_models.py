"""Tiny models as ONNX files, and what onnxruntime makes of them."""
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from parity_tests.agreement import assert_agree, fraction
from parity_tests.bounds import SAMPLES, measured_bounds
from tests.tiny_kinds import SIZES, tiny_model
from torch_impl.layers.fused import spelled_out
from twinformer.architectures.bert import BertConfig
from twinformer.architectures.kinds import writes
from twinformer.backend import implementation
from twinformer.configs.run_config import RunConfig
from twinformer.export.onnx_check import session_of
from twinformer.runs.opened_run import OpenedRun
from twinformer.tokenizers.byte_tokenizer import ByteTokenizer

BERT = BertConfig(vocab_size=257, context_length=64, d_model=16, n_heads=4, n_layers=2,
                  d_hidden=20, dropout=0.0, attention_dropout=0.0)


def opened(kind, **changes):
    """A run of a tiny model of random weights, large enough that attention attends."""
    config = replace(BERT, **changes) if kind == "bert" else tiny_model(kind, **SIZES | changes)
    model = implementation("numpy").new_model(config, 7)
    parameters = {name: (6 * array if array.ndim > 1 else array).astype(np.float32)
                  for name, array in model.state_dict().items()}
    return OpenedRun(Path("run"), 1, replace(RunConfig(), model=config), ByteTokenizer(),
                     parameters)


def written(run, path, past=True):
    """The run's model as a file at that path, opened by onnxruntime."""
    package = implementation("torch")
    model = package.model_of(run.config.model, dict(run.parameters))
    package.write_onnx(package.onnx_form(model, past), path, {})
    return session_of(path)


def random_ids(run, *shape, seed=0):
    return np.random.default_rng(seed).integers(run.config.model.vocab_size, size=shape)


def assert_the_runs_logits(run, ids, found, **options):
    """Both implementations' numbers but for rounding: bounds as they are measured, by the twin in
    double precision, for what is computed in single precision.

    options : of the models
    """
    config, truth = run.config.model, {
        name: array.astype(np.float64) for name, array in run.parameters.items()}
    twin = implementation("torch").model_of(config, truth)
    given = torch.from_numpy(ids)

    def fused():
        with torch.no_grad():
            y = twin(given, **{name: torch.from_numpy(a) for name, a in options.items()})
            return {"y": y if writes(config) else twin.head(y)}

    def spelled():
        with spelled_out():
            return fused()

    reference = implementation("numpy").model_of(config, run.parameters)
    y = reference.forward(ids, **options)[0]
    y = y if writes(config) else reference.head.forward(y)[0]
    assert found.dtype == np.float32
    assert_within_bounds(spelled, fused, found, y)


def assert_within_bounds(spelled, fused, found, reference):
    """What onnxruntime found, beside the truth and beside the reference; `spelled` and `fused`
    are the two branches of the twin, in double precision: {"y": tensor}."""
    for samples in (SAMPLES, 10 * SAMPLES):     # who is about to raise an alarm measures again
        exact, bounds = measured_bounds(spelled, fused, precision=np.finfo(np.float32),
                                        samples=samples)
        exact, bound = exact["y"], bounds["y"]
        if fraction(found, exact, bound) <= 1 and fraction(found, reference, 2 * bound) <= 1:
            return
    assert_agree(found.astype(np.float64), exact, bound, "onnxruntime")
    assert_agree(found, reference, 2 * bound, "onnxruntime beside numpy_impl")


def past_of(session, rows):
    """{name: array}: keys and values of no tokens"""
    return {value.name: np.zeros((rows, value.shape[1], 0, value.shape[3]), np.float32)
            for value in session.get_inputs() if value.name.startswith("past")}


def greedy(session, prompts, count):
    """The `count` likeliest tokens behind each prompt of any length, as a user writes it."""
    width = max(map(len, prompts))
    ids = np.array([[0] * (width - len(p)) + list(p) for p in prompts])
    seen = np.array([[0] * (width - len(p)) + [1] * len(p) for p in prompts])
    past, found = past_of(session, len(prompts)), []
    for _ in range(count):
        logits, *present = session.run(None, {
            "input_ids": ids, "attention_mask": seen, **past})
        past = dict(zip(past, present, strict=True))
        ids = logits[:, -1].argmax(-1)[:, None]
        seen = np.concatenate([seen, np.ones_like(ids)], 1)
        found.append(ids[:, 0].tolist())
    return found
