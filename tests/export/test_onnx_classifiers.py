"""A classifier as an ONNX file: scores of the classes, whichever way it reads its texts."""
import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from torch_impl.layers.fused import spelled_out
from twinformer.backend import implementation
from twinformer.batches.collate import collate_classification
from twinformer.export.onnx_check import session_of
from twinformer.export.onnx_folder import export_onnx

from .onnx_models import assert_within_bounds, opened

for module in ("onnx", "onnxscript", "onnxruntime"):
    pytest.importorskip(module)

CLASSES = ["ham", "spam", "\u5783\u573e"]
TEXTS = [[5, 8, 13, 21, 34], [7], [3, 1, 4, 1, 5, 9, 2, 6]]
SLOW = pytest.mark.slow


def classifier(kind, token, causal, hide_padding, fixed):
    run = opened(kind, n_layers=1)
    random = np.random.default_rng(3)
    width = run.config.model.d_model
    parameters = {name: array for name, array in run.parameters.items()
                  if not name.startswith("head.")}
    parameters["head.weight"] = random.standard_normal((3, width)).astype(np.float32)
    parameters["head.bias"] = random.standard_normal(3).astype(np.float32)
    return replace(run, parameters=parameters, task={
        "kind": "classification", "classes": CLASSES, "token": token, "causal": causal,
        "hide_padding": hide_padding, "reading": {"width": 12, "fixed": fixed, "pad_id": 256}})


@pytest.mark.parametrize("kind, token, causal, hide_padding, fixed", [
    ("gpt2", "last", True, False, True),     # as the book: a class read off padding
    pytest.param("gpt2", "mean", False, True, False, marks=SLOW),
    pytest.param("gemma3", "last_real", True, False, False, marks=SLOW),
    pytest.param("qwen3_moe", "first", False, False, True, marks=SLOW)])
def test_scores(kind, token, causal, hide_padding, fixed, tmp_path):
    run = classifier(kind, token, causal, hide_padding, fixed)
    said = export_onnx(run, str(tmp_path / "out"))
    assert "outputs logits" in said and "at most" in said
    session = session_of(tmp_path / "out/model.onnx")
    about = session.get_modelmeta().custom_metadata_map
    assert json.loads(about["classes"]) == CLASSES and about["past"] == "false"
    config = json.loads((tmp_path / "out/config.json").read_text("utf-8"))
    assert config["id2label"] == {"0": "ham", "1": "spam", "2": CLASSES[2]}

    batch = collate_classification(TEXTS, [0, 0, 0], 256, 12 if fixed else None)
    ids = np.zeros((3, 8), np.int64)    # what fills it up is the file's own affair
    seen = np.zeros((3, 8), np.int64)
    for row, text in enumerate(TEXTS):
        ids[row, :len(text)], seen[row, :len(text)] = text, 1
    found = session.run(["logits"], {"input_ids": ids, "attention_mask": seen})[0]

    package = implementation("torch")
    objective = package.Classification(token, causal, hide_padding)
    twin = package.trained_classifier(run.config.model, run.parameters, 3).eval().double()
    tensors = type(batch)(*map(torch.from_numpy, batch))

    def fused():
        with torch.no_grad():
            return {"y": objective.scores(twin, tensors)}

    def spelled():
        with spelled_out():
            return fused()

    package = implementation("numpy")
    reference = package.trained_classifier(run.config.model, run.parameters, 3)
    scores = package.Classification(token, causal, hide_padding).predict(reference, batch)
    assert_within_bounds(spelled, fused, found, scores)
