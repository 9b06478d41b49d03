"""An ONNX file that was just written, run by onnxruntime beside numpy_impl, which has nothing in
common with what wrote it.

Shapes: B batch, T positions, V vocabulary, C classes.
"""
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from ..architectures.kinds import writes
from ..backend import implementation
from ..batches.collate import collate_classification
from ..io.extras import library
from ..runs.opened_run import OpenedRun

__all__ = ["check_against_reference", "decoded_in_steps", "logits_of", "session_of"]

ROWS, COLUMNS = 2, 16
# Of the largest logit. Rounding in single precision makes a thousandth of it; a graph that
# computes something else is off by all of it.
SHARE = 0.01


def check_against_reference(file: Path, opened: OpenedRun,
                            parameters: Mapping[str, np.ndarray]) -> str:
    """Compare the file's logits with the reference's; says in a line how far they are apart.

    Raises
    ------
    ValueError
        They are too far apart for rounding.
    """
    config, session = opened.config.model, session_of(file)
    length = min(COLUMNS, config.context_length)
    if opened.task.get("kind") == "classification":
        length = min(length, opened.task["reading"]["width"])
    ids = np.random.default_rng(0).integers(config.vocab_size, size=(ROWS, length))
    expected = reference(opened, parameters, ids)
    found = (decoded_in_steps(session, ids, (length // 2, 1))
             if any(name.startswith("past") for name in names(session)) else
             logits_of(session, ids))
    apart, size = np.abs(found - expected).max(), np.abs(expected).max()
    if not apart <= SHARE * size:
        raise ValueError(
            f"onnxruntime does not compute what the model computes: logits of up to {size:.3g} "
            f"are {apart:.3g} apart; nothing was written")
    return (f"run by onnxruntime: logits of up to {size:.3g}, at most {apart:.1e} from the "
            "reference's")


def session_of(file: Path) -> Any:
    """The file, opened by onnxruntime on the CPU."""
    runtime = library("onnxruntime", "onnx", "to run an ONNX file")
    options = runtime.SessionOptions()
    options.log_severity_level = 3      # errors
    return runtime.InferenceSession(str(file), options, providers=["CPUExecutionProvider"])


def names(session: Any) -> list[str]:
    return [value.name for value in session.get_inputs()]


def logits_of(session: Any, ids: np.ndarray, seen: np.ndarray | None = None) -> np.ndarray:
    """ids (B, T) -> logits (B, T, V), or (B, C) of a classifier; of a file without the past

    seen : the attention_mask (B, T); left out, ones
    """
    given = {"input_ids": ids, "attention_mask": np.ones_like(ids) if seen is None else seen,
             "token_type_ids": np.zeros_like(ids)}
    return session.run(["logits"], {name: given[name] for name in names(session)})[0]


def decoded_in_steps(session: Any, ids: np.ndarray, steps: Sequence[int]) -> np.ndarray:
    """ids (B, T) -> logits (B, T, V), so many tokens at a time and then the rest, each time with
    the keys and values of those before"""
    values = [value for value in session.get_inputs() if value.name.startswith("past")]
    past = [np.zeros((len(ids), value.shape[1], 0, value.shape[3]), np.float32)
            for value in values]
    found = []
    for part in np.split(ids, np.cumsum(steps), axis=1):
        if not part.size:
            continue
        total = past[0].shape[2] + part.shape[1]
        logits, *past = session.run(None, {
            "input_ids": part, "attention_mask": np.ones((len(ids), total), np.int64),
            **{value.name: array for value, array in zip(values, past, strict=True)}})
        found.append(logits)
    return np.concatenate(found, axis=1)


def reference(opened: OpenedRun, parameters: Mapping[str, np.ndarray],
              ids: np.ndarray) -> np.ndarray:
    """The logits of numpy_impl, in the parameters' precision."""
    package, config, task = implementation("numpy"), opened.config.model, opened.task
    if task.get("kind") == "classification":
        model = package.trained_classifier(config, parameters, len(task["classes"]))
        objective = package.Classification(task["token"], task["causal"], task["hide_padding"])
        reading = task["reading"]
        width = reading["width"] if reading["fixed"] else None
        return objective.predict(model, collate_classification(
            list(ids), [0] * len(ids), reading["pad_id"], width))
    model = package.model_of(config, parameters)
    if writes(config):
        return model.forward(ids)[0]
    return model.head.forward(model.forward(ids)[0])[0]
