"""Begin an exercise: a page, a file to fill in, and a small test that fails.

  twinformer exercise start softmax-forward
  twinformer exercise start softmax-forward --folder ~/course

What is there already stays as it is: your work is never overwritten.
"""
from pathlib import Path

from ..language import language
from .options import add_folder, add_name
from .speaking import say

__all__ = ["add_arguments", "run"]


def add_arguments(parser) -> None:
    add_name(parser, needed=True)
    add_folder(parser)


def run(arguments) -> int:
    from ...exercises.catalog import exercise_called
    from ...exercises.workspace import Workspace
    from ...io.shell_words import command_line

    speaks = language()
    exercise = exercise_called(arguments.name)
    workspace = Workspace(arguments.folder)
    written = workspace.start(exercise, speaks)
    file = workspace.file_of(exercise)
    print(f"{exercise.title[speaks]}\n")
    for path in written:
        print(say("written", speaks, path=shown(path)))
    if not written:
        print(say("there already", speaks, path=shown(file.parent)))
    folder = ["--folder", arguments.folder] if arguments.folder else []
    print(say("next", speaks, page=shown(file.parent / "README.md"), file=shown(file),
              command=command_line("exercise", "check", exercise.name, *folder)))
    return 0


def shown(path: Path) -> Path:
    """As short as it can be said from here."""
    try:
        return path.resolve().relative_to(Path.cwd())
    except ValueError:
        return path
