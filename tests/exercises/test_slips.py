"""Slips are small changes of what a learner writes, each with its cause in both languages."""
import ast
import re

import pytest

from twinformer.exercises.catalog import catalog, exercise_called
from twinformer.exercises.skeleton import answered_lines, plain
from twinformer.exercises.slip_causes import SLIPS
from twinformer.exercises.slips import slips_of

from .test_catalog import verdict_of

CHINESE = re.compile("[一-鿿]")
MADE = [    # exercise, a line that some slip makes, its cause
    ("softmax-forward", "e = np.exp(x - x.max(-1))", "keepdims=True is forgotten"),
    ("softmax-forward", "e = np.exp(x - x.max(0, keepdims=True))", "`max` runs along axis 0"),
    ("softmax-forward", "return e / e.sum()", "of the whole array"),
    ("softmax-backward", "return p * (dp + (dp * p).sum(-1, keepdims=True))", "a sign is wrong"),
    ("attention-backward", "dv = weights @ dy", "dv: a transpose is forgotten"),
    ("attention-backward", "dv = dy @ weights.mT", "the two factors of a matrix product"),
    ("causal-mask", "mask = key < query", "boundary is not counted"),
    ("sliding-windows", "targets = np.stack([tokens[s:s + 1 + length] for s in starts])",
     "off by one"),
    ("layer-norm-backward", "self.dbias = dy.sum(leading)", "self.dbias: it is set, not added"),
    ("adamw-step", "weight = weight * (1 - rate * decay)", "the caller's array stays"),
    ("top-p", "order = np.argsort(p, kind='stable')[::-1]", "of equal ones the last come first"),
    ("dpo-loss", "return np.logaddexp(0, -beta * margins).sum()", "a sum where the mean"),
    ("perplexity", "'perplexity': math.exp2(total / len(nats))", "these are powers of 2"),
    ("swiglu-backward", "return (dh * a, dh * up * (s + a * (1 - s)))", "in another order"),
]


@pytest.mark.parametrize("name, line, cause", MADE)
def test_a_slip_is_made_and_named(name, line, cause):
    made = [one.cause["en"] for one in slips_of(exercise_called(name)) if line in one.source]
    assert any(cause in one for one in made), made


def test_every_slip_runs_is_new_and_is_told_in_both_languages():
    kinds = set()
    for exercise in catalog():
        right = ast.unparse(ast.parse(exercise.solution()))
        for slip in slips_of(exercise):
            compile(slip.source, exercise.name, "exec")
            assert slip.source != right
            assert CHINESE.search(slip.cause["zh"]) and not CHINESE.search(slip.cause["en"])
            kinds |= {kind for kind, (english, _) in SLIPS.items()
                      if slip.cause["en"].endswith(english.rpartition("}")[2])}
    assert kinds == set(SLIPS)


def test_what_is_given_is_never_changed():
    """Lines that stand in the skeleton too are as they were."""
    for exercise in catalog():
        lines = plain(exercise.source()).splitlines()
        answered = answered_lines(exercise.source())
        given = "\n".join(line for number, line in enumerate(lines, 1) if number not in answered)
        if exercise.kind in ("write", "backward"):
            assert exercise.skeleton().count("\n") >= given.count("\n")
            assert 0 < len(answered) < len(lines)


def test_a_loop_that_may_never_end_is_left_alone():
    for slip in slips_of(exercise_called("bpe-merge-pair")):
        assert "while i < len(tokens):" in slip.source and "i += 2" in slip.source


@pytest.mark.parametrize("name", ["tied-embeddings", "answer-log-probability", "lora-merge",
                                  "gradient-accumulation", "unbroadcast", "draw"])
def test_a_slip_is_recognised(name):
    exercise = exercise_called(name)
    for slip in slips_of(exercise):
        verdict = verdict_of(exercise, slip.source)
        assert verdict.causes or verdict.passed or verdict.status == "error", slip


def test_what_never_runs_has_no_cause():
    exercise = exercise_called("lora-merge")
    verdict = verdict_of(exercise, "def merged(W, A, B, alpha):\n    return W + scale * B @ A\n")
    assert verdict.status == "error" and not verdict.causes
