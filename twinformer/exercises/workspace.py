"""The folder in which a learner works: a folder for each exercise, and the progress."""
from pathlib import Path

from ..io.shell_words import shell_word
from ..io.files import write_atomically
from .catalog import exercise_called
from .exercise import Exercise
from .progress import FILE, Progress

__all__ = ["FOLDER", "Workspace", "begin", "files_of"]

FOLDER = "exercises"


class Workspace:
    """Where the exercises lie.

    given
        The folder that --folder names. Left out: the working folder or the one above, where
        exercises were begun in it, else exercises/ in the working folder.
    """

    def __init__(self, given: str = ""):
        here = Path.cwd()
        self.here = None
        if given:
            self.folder = Path(given)
        elif (here / FILE).exists():
            self.folder = here
        elif (here.parent / FILE).exists():
            self.folder, self.here = here.parent, here.name
        else:
            self.folder = here / FOLDER
        if self.folder.exists() and not self.folder.is_dir():
            raise ValueError(f"{self.folder} is a file; expected a folder for the exercises")
        self.progress = Progress(self.folder)

    def chosen(self, name: str) -> Exercise:
        """The exercise that is meant: the one named, the one whose folder this is, or the
        one begun last.

        Raises
        ------
        ValueError
            Where there is none of that name, or none was begun.
        """
        if name:
            return exercise_called(name)
        for one in (self.here, self.progress.latest):
            if one and one in self.progress.standings:
                return exercise_called(one)
        raise ValueError(f"no exercise was begun in {self.folder}: twinformer exercise start NAME "
                         "begins one, twinformer exercise list shows all")

    def file_of(self, exercise: Exercise) -> Path:
        return self.folder / exercise.name / f"{exercise.module}.py"

    def start(self, exercise: Exercise, language: str) -> list[Path]:
        """Write what is not there yet of an exercise; nothing is ever overwritten.

        Returns the files that were written.
        """
        written = begin(self.folder / exercise.name, exercise, language)
        self.progress.of(exercise.name)
        self.progress.save(exercise.name)
        return written


def begin(folder: Path, exercise: Exercise, language: str) -> list[Path]:
    """Write the files of an exercise that are not there."""
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"{folder} is a file; expected a folder for the exercise")
    written = []
    for name, text in files_of(exercise, language).items():
        path = folder / name
        if not path.exists():
            write_atomically(path, text)
            written.append(path)
    return written


def files_of(exercise: Exercise, language: str) -> dict[str, str]:
    """{name: text}: the skeleton, the page, the small failing test."""
    return {f"{exercise.module}.py": exercise.skeleton(),
            "README.md": exercise.page(language),
            f"test_{exercise.module}.py": test_of(exercise)}


def test_of(exercise: Exercise) -> str:
    """A test for pytest, or for python alone."""
    body = "\n".join(f"    {line}" if line else "" for line in exercise.test.strip().splitlines())
    numpy = "import numpy as np\n\n" if "np." in body else ""
    return (f'"""The first thing that should work. For all of it:\n\n'
            f'    twinformer exercise check {shell_word(exercise.name)}\n"""\n{numpy}'
            f"from {exercise.module} import *\n\n\n"
            f"def test_{exercise.module}():\n{body}\n\n\n"
            f'if __name__ == "__main__":\n    test_{exercise.module}()\n    print("passed")\n')
