"""Show the next of three hints; each says more than the one before.

  twinformer exercise hint
  twinformer exercise hint softmax-forward --step 1
"""
from ..language import language
from .options import add_folder, add_name
from .speaking import say

__all__ = ["add_arguments", "run"]


def add_arguments(parser) -> None:
    add_name(parser)
    add_folder(parser)
    parser.add_argument("--step", type=int, default=None, metavar="N",
                        help="this one, 1 to 3; left out, the next")


def run(arguments) -> int:
    from ...exercises.workspace import Workspace

    speaks = language()
    workspace = Workspace(arguments.folder)
    exercise = workspace.chosen(arguments.name)
    hints = exercise.hints[speaks]
    standing = workspace.progress.of(exercise.name)
    step = min(standing.hints + 1, len(hints)) if arguments.step is None else arguments.step
    if not 1 <= step <= len(hints):
        raise ValueError(f"--step must lie in 1..{len(hints)}, got {step}")
    print(say("hint", speaks, step=step, all=len(hints), text=hints[step - 1]))
    if step == len(hints):
        print(say("last hint", speaks, name=exercise.name))
    standing.hints = max(standing.hints, step)
    if workspace.folder.is_dir():
        workspace.progress.save()
    return 0
