"""As a learner goes about it: list, start, check, hint, solution, export."""
import json

import pytest

from twinformer.commands.main import main
from twinformer.exercises.catalog import catalog, exercise_called
from twinformer.exercises.progress import Progress

NAME = "gradient-clipping"


@pytest.fixture(autouse=True)
def a_fresh_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TWINFORMER_LANGUAGE", "en")
    return tmp_path


def said(capsys, *words):
    code = main(["exercise", *words])
    shown = capsys.readouterr()
    return code, shown.out + shown.err


def file_of(folder, name=NAME):
    return folder / "exercises" / name / f"{name.replace('-', '_')}.py"


def test_from_the_start_to_the_first_that_is_passed(capsys, tmp_path):
    code, text = said(capsys, "start", NAME)
    assert code == 0 and "wrote exercises/gradient-clipping/gradient_clipping.py" in text
    code, text = said(capsys, "check")
    assert code == 1 and "not written yet" in text and "hint gradient-clipping (3 of 3" in text

    exercise = exercise_called(NAME)
    file_of(tmp_path).write_text(exercise.with_mistake(exercise.mistakes[1]))
    code, text = said(capsys, "check", "gradient_clipping")
    assert code == 1 and "Probably: short gradients are lengthened" in text
    assert "The smallest case found that fails:" in text
    assert "from gradient_clipping import clip" in text and "clip(gradients, max_norm)" in text

    for step in (1, 2, 3):
        assert f"hint {step} of 3" in said(capsys, "hint")[1]
    assert "exercise solution" in said(capsys, "hint")[1]
    code, text = said(capsys, "solution")
    assert code == 0 and "norm = np.sqrt(" in text and "<answer>" not in text
    file_of(tmp_path).write_text(text)      # it can be run as it is shown
    code, text = said(capsys, "check")
    assert code == 0 and "passed: gradient-clipping" in text
    assert "Next: twinformer exercise start gradient-accumulation" in text
    assert "* gradient-clipping" in said(capsys, "list")[1]
    assert f"1 of {len(catalog())} passed" in said(capsys, "list")[1]


def test_the_proof_says_where_a_component_is_off(capsys, tmp_path):
    said(capsys, "start", "softmax-backward")
    exercise = exercise_called("softmax-backward")
    file_of(tmp_path, exercise.name).write_text(exercise.with_mistake(exercise.mistakes[0]))
    code, text = said(capsys, "check")
    assert code == 1 and "dx[" in text and "only the direct path is there" in text
    assert "from softmax_backward import softmax, softmax_backward" in text

    other = exercise.solution().replace("(dp * p).sum(-1, keepdims=True)",
                                        "3 * (dp * p).sum(-1, keepdims=True)")
    file_of(tmp_path, exercise.name).write_text(other)
    code, text = said(capsys, "check")      # no planted one: the proof's own tools look for it
    assert code == 1 and "dx[" in text and "only the direct path" not in text


def test_work_is_never_overwritten(capsys, tmp_path):
    said(capsys, "start", NAME)
    file_of(tmp_path).write_text("# mine\n")
    code, text = said(capsys, "start", NAME)
    assert code == 0 and "nothing was changed" in text
    assert file_of(tmp_path).read_text() == "# mine\n"
    file_of(tmp_path).unlink()
    _, text = said(capsys, "check", NAME)
    assert "there is no" in text and "writes it anew" in text
    _, text = said(capsys, "start", NAME)
    assert file_of(tmp_path).exists() and "README" not in text.partition("Read ")[0]


def test_it_is_found_from_within_its_folder(capsys, tmp_path, monkeypatch):
    said(capsys, "start", NAME)
    said(capsys, "start", "top-k")
    monkeypatch.chdir(tmp_path / "exercises" / NAME)
    assert "not written yet: gradient-clipping" in said(capsys, "check")[1]
    monkeypatch.chdir(tmp_path / "exercises")
    assert "not written yet: top-k" in said(capsys, "check", "top-k")[1]


def test_in_chinese_and_in_a_chinese_folder(capsys, tmp_path, monkeypatch):
    monkeypatch.setenv("TWINFORMER_LANGUAGE", "zh")
    code, text = said(capsys, "start", NAME, "--folder", "我的 练习")
    assert code == 0 and "写好了" in text
    page = tmp_path / "我的 练习" / NAME / "README.md"
    assert "梯度裁剪" in page.read_text(encoding="utf-8")
    code, text = said(capsys, "check", NAME, "--folder", "我的 练习")
    assert code == 1 and "还没有写" in text
    exercise = exercise_called(NAME)
    file = tmp_path / "我的 练习" / NAME / "gradient_clipping.py"
    file.write_text(exercise.with_mistake(exercise.mistakes[0]))
    code, text = said(capsys, "check", NAME, "--folder", "我的 练习")
    assert "原因多半是：这是最长那个数组的长度" in text and "最小反例" in text


@pytest.mark.parametrize("words, message", [
    (["check"], "no exercise was begun"),
    (["check", "--all"], "no exercise was begun"),
    (["check", "nosuch"], "there is no exercise 'nosuch' (twinformer exercise list shows all)"),
    (["check", "06"], "06 is a chapter; name one of its exercises: temperature, top-k"),
    (["check", "softmaxforward"], "did you mean softmax-forward"),
    (["start", "nothing-like-it-at-all"], "exercise list shows all"),
    (["start"], "expects EXERCISE"),
    (["hint", NAME, "--step", "4"], "1..3"),
    (["chek"], "did you mean check"),
    (["list", "--chapter", "99"], "there are 01"),
    (["check", NAME], "was not begun"),
])
def test_a_mistake_at_the_command_line_is_one_line(capsys, words, message):
    code, text = said(capsys, *words)
    assert code == 2 and message in text and len(text.splitlines()) == 1


def test_two_terminals_keep_both_of_their_progress(capsys, tmp_path):
    said(capsys, "start", NAME)
    said(capsys, "start", "top-k")
    one, other = (Progress(tmp_path / "exercises") for _ in range(2))
    one.of(NAME).passed = True
    other.of("top-k").checks = 7
    one.save(NAME)
    other.save()
    found = Progress(tmp_path / "exercises")
    assert found.standings[NAME].passed and found.standings["top-k"].checks == 7
    assert found.latest == NAME


def test_a_progress_that_is_not_ours_is_left_alone(capsys, tmp_path):
    folder = tmp_path / "exercises"
    folder.mkdir()
    (folder / "progress.json").write_text("{}")
    code, text = said(capsys, "list")
    assert code == 2 and "progress.json is not what the exercises wrote" in text
    assert (folder / "progress.json").read_text() == "{}"
    (tmp_path / "a file").write_text("")
    code, text = said(capsys, "start", NAME, "--folder", "a file")
    assert code == 2 and "is a file; expected a folder" in text


@pytest.mark.parametrize("source, message", [
    ("def clip(gradients, max_norm:\n    return 0\n", "line 1 is not Python"),
    ("import not_installed_anywhere\n", "No module named 'not_installed_anywhere'"),
    ("def other():\n    pass\n", "the file has no clip"),
    ("def clip(gradients, max_norm):\n    return gradients.norm\n", "`return gradients.norm`"),
    ("def clip(gradients):\n    return 0\n", "TypeError"),
    ("import sys\nsys.exit(3)\n", "SystemExit"),
    ("import os\nos._exit(3)\n", "exit code 3"),
    ("raise RuntimeError('at once')\n", "at once"),
])
def test_a_file_that_does_not_run_is_told_of(capsys, tmp_path, source, message):
    said(capsys, "start", NAME)
    file_of(tmp_path).write_text(source)
    code, text = said(capsys, "check")
    assert code == 1 and message in text and "Traceback" not in text


def test_a_loop_that_never_ends_is_stopped_and_named(capsys, tmp_path):
    said(capsys, "start", NAME)
    file_of(tmp_path).write_text("def clip(gradients, max_norm):\n    while True:\n        pass\n")
    code, text = said(capsys, "check", "--seconds", "3")
    assert code == 1 and "no end after 3 seconds, at line " in text


def test_a_file_beside_it_can_be_imported(capsys, tmp_path):
    said(capsys, "start", NAME)
    exercise = exercise_called(NAME)
    (file_of(tmp_path).parent / "mine.py").write_text(exercise.solution())
    file_of(tmp_path).write_text("from mine import clip\n")
    assert said(capsys, "check")[0] == 0


def test_what_a_file_prints_is_shown(capsys, tmp_path):
    said(capsys, "start", NAME)
    file_of(tmp_path).write_text(
        "def clip(gradients, max_norm):\n    print('norm is', max_norm)\n")
    text = said(capsys, "check")[1]
    assert "It printed:" in text and "| norm is " in text and "| ..." in text


def test_a_course_has_no_solutions_and_can_be_graded(capsys, tmp_path):
    code, text = said(capsys, "export", NAME, "top-k", "--to", "course")
    assert code == 0 and "2 exercises, 7 files" in text
    assert "your turn" in (tmp_path / "course" / NAME / "gradient_clipping.py").read_text()
    assert "| [top-k](top-k/README.md) |" in (tmp_path / "course" / "README.md").read_text()
    for path in (tmp_path / "course").rglob("*"):
        assert path.is_dir() or "np.sqrt(sum(" not in path.read_text()
    exercise = exercise_called("top-k")
    (tmp_path / "course" / "top-k" / "top_k.py").write_text(exercise.solution())
    code, text = said(capsys, "check", "--all", "--json", "--folder", "course")
    verdicts = json.loads(text)
    assert code == 1
    assert {name: one["status"] for name, one in verdicts.items()} == {
        NAME: "unwritten", "top-k": "passed"}
    code, text = said(capsys, "export", NAME, "--to", "course")
    assert code == 2 and "expected a new folder" in text


def test_all_of_it_by_chapter(capsys, tmp_path):
    code, _ = said(capsys, "export", "--for", "classroom", "--chapter", "E,3", "--to", "some")
    folders = {path.name for path in (tmp_path / "some").iterdir() if path.is_dir()}
    assert code == 0 and folders == {one.name for one in catalog() if one.chapter in ("03", "E")}
