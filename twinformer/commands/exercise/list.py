"""Show all exercises, chapter by chapter, and how far you are.

  twinformer exercise list
  twinformer exercise list --chapter 03
"""
from ..language import language
from .options import add_folder
from .speaking import say

__all__ = ["add_arguments", "run"]

MARKS = {"passed": "*", "begun": "."}


def add_arguments(parser) -> None:
    parser.add_argument("--chapter", type=str, default="", help="only those of this chapter")
    add_folder(parser)


def run(arguments) -> int:
    from ...exercises.catalog import catalog
    from ...exercises.words import chapter_name
    from ...exercises.workspace import Workspace
    from ..console import in_cells

    speaks = language()
    progress = Workspace(arguments.folder).progress
    wanted = arguments.chapter.strip("\"'").zfill(2) if arguments.chapter else ""
    chosen = [one for one in catalog() if wanted in ("", one.chapter.zfill(2))]
    if not chosen:
        chapters = ", ".join(dict.fromkeys(one.chapter for one in catalog()))
        raise ValueError(f"no exercise is of chapter {arguments.chapter!r}; there are {chapters}")
    width = max(len(one.name) for one in chosen)
    chapter = ""
    for one in chosen:
        if one.chapter != chapter:
            chapter = one.chapter
            print(chapter_name(chapter, speaks))
        standing = progress.standings.get(one.name)
        mark = " " if standing is None else MARKS["passed" if standing.passed else "begun"]
        print(f"  {mark} {one.name:{width}}  {in_cells(one.title[speaks], 52)} "
              f"{say('minutes', speaks, n=one.minutes)}")
    passed = sum(standing.passed for standing in progress.standings.values())
    print(say("passed so far", speaks, passed=passed, all=len(catalog())))
    return 0
