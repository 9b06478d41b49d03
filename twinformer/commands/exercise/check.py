"""Is it right? If not, say what is off, in the smallest case, and why.

  twinformer exercise check
  twinformer exercise check softmax-forward
  twinformer exercise check --all --json

Your file is run in a process of its own, beside the reference, on numbers that are made to hurt;
a loop that never ends is stopped. Exit codes: 0 right, 1 not right, 2 nothing was checked.
"""

from ...io.shell_words import command_line
from ...io.strict_json import json_text
from ..language import language
from .options import add_folder, add_name
from .speaking import report, say

__all__ = ["add_arguments", "run"]


def add_arguments(parser) -> None:
    add_name(parser)
    add_folder(parser)
    parser.add_argument("--all", action="store_true", help="every exercise that was begun")
    parser.add_argument("--seconds", type=float, default=60.0,
                        help="after so many seconds a file is stopped")
    parser.add_argument("--json", action="store_true", help="print the verdicts for programs")


def run(arguments) -> int:
    from dataclasses import asdict

    from ...exercises.catalog import catalog
    from ...exercises.checking import check_file
    from ...exercises.workspace import Workspace

    if not 0 < arguments.seconds < float("inf"):
        raise ValueError(f"--seconds must be positive, got {arguments.seconds}")
    if arguments.all and arguments.name:
        raise ValueError(f"--all checks every exercise: leave {arguments.name} out, or --all")
    speaks = language()
    workspace = Workspace(arguments.folder)
    begun = [one for one in catalog() if workspace.file_of(one).exists()]
    if arguments.all and not begun:
        raise ValueError(f"no exercise was begun in {workspace.folder}: twinformer exercise start "
                         "NAME begins one")
    chosen = begun if arguments.all else [workspace.chosen(arguments.name)]
    verdicts = {}
    for exercise in chosen:
        file = workspace.file_of(exercise)
        if not file.exists() and not arguments.json and not workspace.progress.standings.get(
                exercise.name):
            begin = command_line("exercise", "start", exercise.name)
            raise ValueError(f"{exercise.name} was not begun in {workspace.folder}: {begin} "
                             "writes it")
        checked = verdicts[exercise.name] = check_file(exercise, file, speaks, arguments.seconds)
        standing = workspace.progress.of(exercise.name)
        standing.checks += 1
        standing.passed = standing.passed or checked.passed
        if not arguments.json:
            print(report(exercise, checked, standing, speaks, arguments.all,
                         following(catalog(), exercise, workspace.progress)))
        if workspace.folder.is_dir():   # last: what was found out is told in any case
            workspace.progress.save("" if arguments.all else exercise.name)
    if arguments.json:
        print(json_text({name: asdict(one) for name, one in verdicts.items()},
                         ensure_ascii=False, indent=1))
    elif arguments.all:
        print(say("passed of", speaks, passed=sum(one.passed for one in verdicts.values()),
                  all=len(verdicts)))
    return int(not all(one.passed for one in verdicts.values()))


def following(exercises, exercise, progress) -> str:
    """The name of the first behind this one, or before it, that is not passed yet."""
    place = exercises.index(exercise)
    passed = {name for name, standing in progress.standings.items() if standing.passed}
    return next((one.name for one in [*exercises[place + 1:], *exercises[:place]]
                 if one.name not in passed), "")
