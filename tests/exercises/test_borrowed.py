"""What is to be written cannot be imported; where a fault is looked for all may be used."""
import pytest

from twinformer.exercises.catalog import catalog, exercise_called
from twinformer.exercises.judges import judged
from twinformer.exercises.judges.imports import ANSWERED, borrowed

BORROWED = [
    ("import torch\n\ndef softmax(x):\n    return torch.softmax(torch.tensor(x), -1).numpy()\n",
     "softmax_forward.py:1: `import torch`: torch has the answer"),
    ("from numpy_impl import softmax\n", "numpy_impl has the answer"),
    ("from numpy_impl.layers.softmax import softmax\n", "numpy_impl.layers.softmax has"),
    ("def softmax(x):\n    from scipy.special import softmax\n    return softmax(x, -1)\n",
     ":2: `from scipy.special import softmax`"),
    ("import importlib\nsoftmax = importlib.import_module('torch_impl').softmax\n", ":2: "),
    ("import importlib\nsoftmax = importlib.import_module('numpy' + '_impl').softmax\n",
     "numpy_impl has"),
    ("def softmax(x):\n    return __import__('numpy' + '_impl').softmax(x)\n", "numpy_impl has"),
    ("def softmax(x):\n    exec('from numpy_impl import softmax as s', globals())\n"
     "    return s(x)\n", "numpy_impl has"),
    ("import sys\n\ndef softmax(x):\n    return sys.modules['numpy_impl'].softmax(x)\n", ":4: "),
    ("try:\n    from jax.nn import softmax\nexcept ImportError:\n    softmax = None\n", ":2: "),
]


def file_of(folder, exercise, source):
    path = folder / f"{exercise.module}.py"
    path.write_text(source, encoding="utf-8")
    return path


@pytest.mark.parametrize("source, said", BORROWED)
def test_what_has_the_answer_is_not_called(tmp_path, source, said):
    exercise = exercise_called("softmax-forward")
    file = file_of(tmp_path, exercise, source)
    english, chinese = (judged(exercise, file, one) for one in ("en", "zh"))
    assert english.status == chinese.status == "wrong"
    assert said in english.lines[0] and "you write it yourself" in english.lines[0], english
    assert "要自己写" in chinese.lines[0]


def test_a_file_beside_it_may_not_either(tmp_path):
    (tmp_path / "that_lies_beside.py").write_text("from numpy_impl import softmax\n")
    exercise = exercise_called("softmax-forward")
    file = file_of(tmp_path, exercise, "from that_lies_beside import softmax\n")
    verdict = judged(exercise, file, "en")
    assert verdict.status == "wrong" and "numpy_impl has the answer" in verdict.lines[0]


def test_what_is_given_may_be_imported_and_nothing_else(tmp_path):
    exercise = exercise_called("post-norm-block")
    file = file_of(tmp_path, exercise, exercise.solution())
    assert judged(exercise, file, "en").passed
    for line in ("from numpy_impl import PostNormBlock\n", "import numpy_impl\n"):
        file = file_of(tmp_path, exercise, line + exercise.solution())
        lines = judged(exercise, file, "en").lines
        assert lines[0].startswith("post_norm_block.py:1: ") and lines[1] == (
            "Given are numpy_impl.FeedForward, numpy_impl.LayerNorm, numpy_impl.Module, "
            "numpy_impl.MultiHeadAttention."), lines


def test_numpy_and_python_and_ones_own_files_may_be_used(tmp_path):
    (tmp_path / "mine_too.py").write_text("import numpy.linalg\nimport itertools\n")
    exercise = exercise_called("softmax-forward")
    source = "import math, functools\nimport mine_too\n" + exercise.solution()
    assert judged(exercise, file_of(tmp_path, exercise, source), "en").passed


@pytest.mark.parametrize("exercise", catalog(), ids=lambda one: one.name)
def test_no_solution_is_refused(exercise, tmp_path):
    library = sorted(ANSWERED)[len(exercise.name) % len(ANSWERED)]
    file = file_of(tmp_path, exercise, exercise.solution())
    assert borrowed(exercise, file, "en") is None
    file = file_of(tmp_path, exercise, f"import {library}\n{exercise.solution()}")
    assert (borrowed(exercise, file, "en") is not None) == (exercise.kind in ("write", "backward"))


def test_what_cannot_be_called_is_told(tmp_path):
    exercise = exercise_called("softmax-forward")
    verdict = judged(exercise, file_of(tmp_path, exercise, "softmax = 3\n"), "en")
    assert verdict.lines == ["softmax should be a function or a class, got 3"]
