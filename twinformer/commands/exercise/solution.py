"""Show the solution of an exercise, to be laid beside your own.

  twinformer exercise solution softmax-forward
"""
from ..language import language
from .options import add_folder, add_name
from .speaking import say

__all__ = ["add_arguments", "run"]


def add_arguments(parser) -> None:
    add_name(parser)
    add_folder(parser)


def run(arguments) -> int:
    from ...exercises.workspace import Workspace

    workspace = Workspace(arguments.folder)
    exercise = workspace.chosen(arguments.name)
    print(exercise.solution().rstrip())
    if exercise.broken:
        print("\n# " + exercise.broken.cause[language()])
    if exercise.pair:
        print("\n# " + say("read on", language(), pair=exercise.pair))
    standing = workspace.progress.of(exercise.name)
    standing.solution = standing.solution or not standing.passed
    if workspace.folder.is_dir():
        workspace.progress.save()
    return 0
