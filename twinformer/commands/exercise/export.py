"""Write a course for a class: pages, skeletons and tests, without solutions.

  twinformer exercise export --for classroom
  twinformer exercise export --for classroom --to course --chapter 03,04
  twinformer exercise export softmax-forward softmax-backward --to monday
"""
from pathlib import Path

from ..language import language
from .speaking import say

__all__ = ["add_arguments", "run"]


def add_arguments(parser) -> None:
    parser.add_argument("names", nargs="*", default=[], metavar="EXERCISE",
                        help="the exercises; left out, all")
    parser.add_argument("--for", choices=["classroom"], default="classroom",
                        help="for whom: skeletons, pages and tests, no solutions")
    parser.add_argument("--to", default="classroom", metavar="FOLDER", help="a new folder")
    parser.add_argument("--chapter", default="", metavar="LIST",
                        help="only those of these chapters, as in 03,04")


def run(arguments) -> int:
    from ...exercises.catalog import catalog, exercise_called
    from ...exercises.classroom import export_for_classroom

    chosen = [exercise_called(name) for name in arguments.names] or catalog()
    wanted = [word.zfill(2) for word in arguments.chapter.strip("\"'").split(",") if word]
    chosen = [one for one in chosen if not wanted or one.chapter.zfill(2) in wanted]
    if not chosen:
        raise ValueError(f"no exercise is of chapter {arguments.chapter}; twinformer exercise "
                         "list shows all")
    written = export_for_classroom(chosen, Path(arguments.to), language())
    print(say("exported", language(), n=len(chosen), files=len(written), folder=arguments.to))
    return 0
