"""All exercises, in the order of the book. Neither numpy nor torch is imported.

    from twinformer.exercises.catalog import catalog

    for exercise in catalog():
        print(exercise.name, exercise.title["en"], exercise.page("zh"))
"""
import re
import tomllib
from difflib import get_close_matches
from functools import cache
from pathlib import Path

from ..exercise import Exercise, read_exercise

__all__ = ["catalog", "exercise_called", "exercises_of"]

HERE = Path(__file__).parent


@cache
def catalog() -> list[Exercise]:
    """Every exercise, chapter by chapter as contents.toml has them."""
    contents = tomllib.loads((HERE / "contents.toml").read_text(encoding="utf-8"))
    return [read_exercise(HERE / chapter / name)
            for chapter, names in contents.items() for name in names]


NEAR = 0.8      # how alike a name has to be that is offered
MOST = 4        # so many are offered at the most


def exercise_called(name: str) -> Exercise:
    """The exercise of that name.

    Raises
    ------
    ValueError
        Where there is none; the message has those that were probably meant, or all of a
        chapter where its number was given.
    """
    known = {exercise.name: exercise for exercise in catalog()}
    wanted = name.strip().rstrip("/\\").lower().replace("_", "-").replace(" ", "-")
    wanted = wanted.removesuffix(".py")
    if wanted in known:
        return known[wanted]
    chapter = re.fullmatch(r"(?:chapter-?|ch-?|appendix-?)?([a-e]|\d{1,2})", wanted)
    if chapter and (found := [one for one in catalog() if one.chapter.lstrip("0")
                              == chapter[1].upper().lstrip("0")]):
        names = ", ".join(one.name for one in found)
        raise ValueError(f"{name} is a chapter; name one of its exercises: {names}")
    near = near_to(wanted, list(known))
    meant = f"; did you mean {' or '.join(near)}?" if near else ""
    raise ValueError(f"there is no exercise {name!r}{meant} (twinformer exercise list shows all)")


def near_to(wanted: str, known: list[str]) -> list[str]:
    """The few names that were probably meant: spelt nearly so, or with all of these words."""
    words = set(wanted.split("-"))
    if with_it := [name for name in known if words <= set(name.split("-"))]:
        return with_it if len(with_it) <= MOST else []
    return get_close_matches(wanted, known, 1, NEAR)


def exercises_of(chapter_or_pair: str) -> list[Exercise]:
    """Those of a chapter, "03", or of a pair of files, "layers/norm"."""
    return [exercise for exercise in catalog()
            if chapter_or_pair in (exercise.chapter, exercise.pair)]
