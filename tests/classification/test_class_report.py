"""A classifier's report: against figures worked out by hand, and its page and pictures."""
import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from twinformer.classification.plots import report_figure
from twinformer.training.plot import save_figure
from twinformer.classification.report import (
    calibration, class_report, probabilities_of, report_as_markdown,
)

P = np.array([[0.9, 0.1], [0.6, 0.4], [0.2, 0.8], [0.7, 0.3]])
LABELS = np.array([0, 1, 1, 0])


def test_a_report_worked_out_by_hand():
    report = class_report(P, LABELS, ["ham", "spam"])
    assert report["texts"] == 4 and report["accuracy"] == 0.75
    assert report["confusion"] == [[2, 0], [1, 1]]
    assert report["classes"]["ham"] == pytest.approx(
        {"precision": 2 / 3, "recall": 1.0, "f1": 0.8, "texts": 2})
    assert report["classes"]["spam"] == pytest.approx(
        {"precision": 1.0, "recall": 0.5, "f1": 2 / 3, "texts": 2})
    assert report["macro_f1"] == pytest.approx((0.8 + 2 / 3) / 2)
    assert report["loss"] == pytest.approx(-np.log([0.9, 0.4, 0.8, 0.7]).mean())
    # four bins with one text each: |1 - .9|, |0 - .6|, |1 - .8|, |1 - .7|
    assert report["calibration"]["error"] == pytest.approx((0.1 + 0.6 + 0.2 + 0.3) / 4)
    assert json.loads(json.dumps(report)) == report


def test_a_class_that_never_comes_and_a_certain_mistake():
    report = class_report(np.array([[1.0, 0.0, 0.0]]), np.array([1]), ["a", "b", "c"])
    assert report["classes"]["c"] == {"precision": 0, "recall": 0, "f1": 0, "texts": 0}
    assert math.isfinite(report["loss"]) and report["calibration"]["error"] == 1


@given(st.integers(0, 99), st.integers(1, 30), st.integers(2, 4))
def test_calibration_is_a_mean_over_all_texts(seed, n, c):
    random = np.random.default_rng(seed)
    p = probabilities_of(random.standard_normal((n, c)).astype(np.float32))
    found = calibration(p, random.integers(c, size=n))
    assert np.allclose(p.sum(1), 1)
    assert sum(row["texts"] for row in found["bins"]) == n and 0 <= found["error"] <= 1
    for row in found["bins"]:
        assert row["from"] - 1e-9 <= row["confidence"] <= row["to"] + 1e-9


def test_the_page():
    parts = {"test": class_report(P, LABELS, ["a | b", "spam"])}
    page = report_as_markdown(parts, "classify-1")
    assert page.startswith("# classify-1\n") and "| test | 4 | 75.00% |" in page
    assert "| a \\| b | 2 | 0.6667 | 1.0000 | 0.8000 |" in page
    assert "| **spam** | 1 | 1 |" in page


def test_the_picture(tmp_path):
    figure = report_figure(class_report(P, LABELS, ["ham", "spam"]), "a run")
    save_figure(figure, tmp_path / "test.png")
    assert (tmp_path / "test.png").read_bytes().startswith(b"\x89PNG")
