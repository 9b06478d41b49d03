"""As much is to be returned as is asked for, and of the kind that is asked for."""
import re

import pytest

from twinformer.exercises.catalog import catalog, exercise_called
from twinformer.exercises.judges import judge_of
from twinformer.exercises.judges.loading import module_of

CHINESE = re.compile("[一-鿿]")
OTHERWISE = [   # exercise, what is changed of its solution, what is said
    ("attention-forward", "@ v, None", "@ v", "attention returns an array of numbers"),
    ("attention-forward", "return masked_softmax(scores, mask) @ v, None",
     "return None, masked_softmax(scores, mask) @ v", "nothing was returned"),
    ("layer-norm-forward", "self.bias, None", "self.bias", "forward returns an array of numbers"),
    ("flash-attention-forward", "return y, None", "return y, None, tile",
     "returns 3 values (a tuple); asked for: 2 values"),
    ("softmax-forward", "return e / e.sum(-1, keepdims=True)",
     "return e / e.sum(-1, keepdims=True), None", "softmax returns 2 values (a tuple)"),
    ("attention-backward", "return dq, dk, dv", "return dq, dk", "returns 2 values (a tuple); "
     "asked for: 3 values"),
    ("attention-backward", "return dq, dk, dv", "return dq, dk, dv, None", "returns 4 values"),
    ("swiglu-backward", "return dh * up * (s + a * (1 - s)), dh * a",
     "return [dh * up * (s + a * (1 - s)), dh * a]", "swiglu_backward returns a list; asked for"),
    ("linear-backward", "return dy @ self.weight", "return dy @ self.weight, self.dweight",
     "backward returns 2 values"),
    ("embedding-backward", "np.add.at(self.dweight, ids, dy)",
     "np.add.at(self.dweight, ids, dy); return self.dweight", "asked for: nothing"),
    ("lora-backward", "return dy @ W + ddown @ A, ddown.T @ x, dB", "return dy @ W + ddown @ A",
     "expected 3 values (a tuple), "),
    ("post-norm-block", "return x\n", "return x, None\n", "got 2 values (a tuple), "),
    ("kv-cache", "self.k[:, :, :end], self.v[:, :, :end]",
     "self.k[:, :, :end], self.v[:, :, :end], end", "int"),
    ("causal-mask", "return mask", "return mask * 1", "expected an array of booleans, "),
    ("top-k", "return mask", "return mask.tolist()", "got a list, "),
    ("dispatch", "places = np.empty(N * k, int)", "places = np.empty(N * k)",
     "an array of whole numbers"),
    ("draw", "return int((ends <= uniform).sum())", "return float((ends <= uniform).sum())",
     "expected a whole number, 0; got a number, 0.0"),
]


def verdicts(name, old, new):
    """In both languages."""
    exercise = exercise_called(name)
    source = exercise.solution()
    assert source.count(old) == 1
    module = module_of(exercise.module, source.replace(old, new),
                       exercise.folder / "solution.py")
    more = {"seconds": 0, "shrinking": 0.1} if exercise.judge == "parity" else {}
    return [judge_of(exercise)(exercise, module, one, **more) for one in ("en", "zh")]


@pytest.mark.parametrize("name, old, new, said", OTHERWISE)
def test_what_is_returned_otherwise_is_told(name, old, new, said):
    english, chinese = verdicts(name, old, new)
    assert not english.passed and not chinese.passed
    assert said in " ".join(english.lines), english
    assert CHINESE.search(chinese.lines[0]) or name == "kv-cache"


def test_a_whole_number_may_stand_for_a_broken_one():
    assert verdicts("wsd-schedule", "return 0.0", "return 0")[0].passed


@pytest.mark.parametrize("name", [one.name for one in catalog() if one.judge == "parity"
                                  and one.kind == "write"])
def test_a_word_alone_is_never_the_answer(name):
    """Each component of which more than y is asked for is refused with y alone."""
    exercise = exercise_called(name)
    source = exercise.solution()
    if ", None" not in source:
        assert "cache, which may be" not in exercise.text["en"]
        return
    old = source[:source.index(", None")].splitlines()[-1] + ", None"
    assert not verdicts(name, old, old.removesuffix(", None"))[0].passed
