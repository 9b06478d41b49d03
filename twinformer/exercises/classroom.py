"""A course for a class: skeletons, pages and tests, and no solution."""
from pathlib import Path

from ..io.files import write_atomically
from .exercise import Exercise
from .workspace import begin

__all__ = ["export_for_classroom"]

TABLE = {"en": "| chapter | exercise | | minutes |\n|---|---|---|---|\n",
         "zh": "| 章 | 练习 | | 分钟 |\n|---|---|---|---|\n"}
ABOUT = {"en": """\
# Exercises

Each folder has a page (README.md), a file to fill in and a small test that fails. With twinformer
set up, as its own README.md says, check your work in this folder:

    twinformer exercise check NAME --folder .

`twinformer exercise hint NAME --folder .` helps, in three steps. Who teaches sees at once how far
somebody is: `twinformer exercise check --all --json --folder FOLDER`.

""", "zh": """\
# 练习

每个目录里有一份说明（README.md）、一个待填写的文件和一个暂时通不过的小测试。先照 twinformer 自己的
README 装好它，再在这个目录里检查自己的答案：

    twinformer exercise check NAME --folder .

卡住时用 `twinformer exercise hint NAME --folder .`，提示分三步给出。老师想一次看到某位同学的
全部进度：`twinformer exercise check --all --json --folder FOLDER`。

"""}


def export_for_classroom(exercises: list[Exercise], folder: Path, language: str) -> list[Path]:
    """Write a course into a new folder.

    Raises
    ------
    ValueError
        Where the folder has something in it.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise ValueError(f"{folder} is there already, with something in it: expected a new folder")
    written = [path for exercise in exercises
               for path in begin(folder / exercise.name, exercise, language)]
    rows = "".join(f"| {one.chapter.lstrip('0')} | [{one.name}]({one.name}/README.md) | "
                   f"{one.title[language]} | {one.minutes} |\n" for one in exercises)
    write_atomically(folder / "README.md", ABOUT[language] + TABLE[language] + rows)
    return [*written, folder / "README.md"]
