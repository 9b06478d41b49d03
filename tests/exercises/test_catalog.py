"""Every exercise: its solution passes, its skeleton does not, and each planted mistake fails
for the reason that is said of it."""
import re
import subprocess
import sys

import pytest

from twinformer.exercises.catalog import HERE, catalog, exercise_called, exercises_of
from twinformer.exercises.judges import judge_of
from twinformer.exercises.judges.loading import load, module_of
from twinformer.exercises.verdict import Verdict
from twinformer.exercises.workspace import files_of

CHINESE = re.compile("[一-鿿]")
MISTAKES = [(one.name, place) for one in catalog() for place in range(len(one.mistakes))]


def verdict_of(exercise, source, language="en"):
    """What is said about a source, without the smallest case of the proof."""
    name = f"{exercise.module}_tried"
    module = module_of(name, source, exercise.folder / "solution.py")
    more = {"seconds": 0, "shrinking": 0} if exercise.judge == "parity" else {}
    return judge_of(exercise)(exercise, module, language, **more)


@pytest.mark.parametrize("exercise", catalog(), ids=lambda one: one.name)
def test_the_solution_passes_and_the_skeleton_does_not(exercise):
    verdict = verdict_of(exercise, exercise.solution())
    assert verdict.passed, verdict
    assert verdict.cases >= (1 if exercise.judge == "answers" else 16)
    begun = verdict_of(exercise, exercise.skeleton())
    if exercise.kind == "debug":
        assert (begun.status, begun.mistake) == ("wrong", 0) or begun.status == "error"
    else:
        assert begun.status == "unwritten", begun


@pytest.mark.parametrize("name, place", MISTAKES)
def test_each_planted_mistake_fails_for_its_reason(name, place):
    exercise = exercise_called(name)
    verdict = verdict_of(exercise, exercise.with_mistake(exercise.mistakes[place]))
    assert verdict.status in ("wrong", "error"), verdict
    assert verdict.mistake == place, verdict


@pytest.mark.parametrize("exercise", catalog(), ids=lambda one: one.name)
def test_the_small_test_fails_at_first_and_passes_in_the_end(exercise, tmp_path):
    for source, fails in ((exercise.skeleton(), True), (exercise.solution(), False)):
        for name, text in files_of(exercise, "en").items():
            (tmp_path / name).write_text(text, encoding="utf-8")
        (tmp_path / f"{exercise.module}.py").write_text(source, encoding="utf-8")
        module = load(tmp_path / f"{exercise.module}.py", exercise.name, "en")
        assert not isinstance(module, Verdict), module
        scope: dict = {}
        try:
            exec(files_of(exercise, "en")[f"test_{exercise.module}.py"], scope)
            scope[f"test_{exercise.module}"]()
            assert not fails, "it passes with the skeleton"
        except (AssertionError, NotImplementedError, TypeError):
            if not fails:
                raise


@pytest.mark.parametrize("exercise", catalog(), ids=lambda one: one.name)
def test_it_is_told_in_both_languages(exercise):
    assert exercise.folder.parent.name == exercise.chapter
    assert len(exercise.mistakes) >= 3 and 0 < exercise.minutes <= 90
    pair = HERE.parents[2] / "numpy_impl" / f"{exercise.pair}.py"
    assert exercise.pair is None or pair.exists()
    said = {key: [exercise.title[key], exercise.text[key], *exercise.hints[key],
                  *(one.cause[key] for one in exercise.mistakes)] for key in ("en", "zh")}
    assert len(exercise.hints["en"]) == len(exercise.hints["zh"]) == 3
    assert all(text.strip() and not CHINESE.search(text) for text in said["en"])
    formulas = [text for text in said["zh"] if not CHINESE.search(text)]
    assert len(formulas) <= 1, formulas
    assert len(set(said["en"])) == len(said["en"]), "each reason is another one"
    for language in ("en", "zh"):
        assert exercise.title[language] in exercise.page(language)


def test_the_contents_list_every_folder_once():
    folders = {path.parent.name for path in HERE.glob("*/*/exercise.toml")}
    names = [one.name for one in catalog()]
    assert len(names) == len(set(names)) and set(names) == folders
    assert {one.name for one in exercises_of("03")} == {
        one.name for one in catalog() if one.chapter == "03"}


def test_the_catalog_needs_neither_numpy_nor_torch():
    code = ("import sys; from twinformer.exercises.catalog import catalog; "
            "[one.page('zh') for one in catalog()]; "
            "sys.exit(bool({'numpy', 'torch'} & set(sys.modules)))")
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_a_misspelt_name_is_guessed():
    with pytest.raises(ValueError, match="did you mean softmax-forward"):
        exercise_called("sofmax-foward")
    assert exercise_called("softmax_forward.py").name == "softmax-forward"


@pytest.mark.parametrize("word, said", [
    ("softmax", "did you mean softmax-forward or softmax-backward or log-softmax or "),
    ("top_kk", "did you mean top-k?"), ("lora", "did you mean lora-forward or lora-backward or "),
    ("3", "3 is a chapter; name one of its exercises: softmax-forward, "),
    ("chapter 03", "name one of its exercises: softmax-forward, "),
    ("e", "name one of its exercises: lora-forward, lora-backward, lora-merge")])
def test_what_was_probably_meant_is_offered(word, said):
    with pytest.raises(ValueError, match=re.escape(said)):
        exercise_called(word)


@pytest.mark.parametrize("word", ["nosuch", "backward", "99", "", "xyz", "attention is all"])
def test_what_is_far_is_not_offered(word):
    with pytest.raises(ValueError, match="no exercise .*exercise list shows all") as told:
        exercise_called(word)
    assert "did you mean" not in str(told.value)


CALLED = [one.name for one in catalog() if one.judge == "reference"]


@pytest.mark.parametrize("name", CALLED)
def test_a_counterexample_can_be_pasted(name, capsys):
    """As it is printed, with the solution in the learner's place: it runs."""
    exercise = exercise_called(name)
    verdicts = (verdict_of(exercise, exercise.with_mistake(one)) for one in exercise.mistakes)
    code = next(one.case for one in verdicts if "Error: " not in one.case)
    module_of(exercise.module, exercise.solution(), exercise.folder / "solution.py")
    exec(code, {})
    printed = capsys.readouterr().out.splitlines()[-1]
    expected = code.splitlines()[-1].removeprefix("# expected: ")
    if re.fullmatch(r"-?\d+|True|False|b?'.*'|\[(b?'\w*'(, )?)*\]", expected):
        assert printed == expected
