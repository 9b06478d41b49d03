"""All exercises, in the order of the book. Neither numpy nor torch is imported.

    from twinformer.exercises.catalog import catalog

    for exercise in catalog():
        print(exercise.name, exercise.title["en"], exercise.page("zh"))
"""
import tomllib
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


def exercise_called(name: str) -> Exercise:
    """The exercise of that name.

    Raises
    ------
    ValueError
        Where there is none; the message has the likeliest one that was meant.
    """
    from difflib import get_close_matches

    known = {exercise.name: exercise for exercise in catalog()}
    wanted = name.strip().rstrip("/\\").lower().replace("_", "-").replace(" ", "-")
    wanted = wanted.removesuffix(".py")
    if wanted in known:
        return known[wanted]
    near = get_close_matches(wanted, known, 1, 0.5) or [
        one for one in known if wanted and wanted in one][:1]
    meant = f"; did you mean {near[0]}?" if near else ""
    raise ValueError(f"there is no exercise {name!r}{meant} (twinformer exercise list shows all)")


def exercises_of(chapter_or_pair: str) -> list[Exercise]:
    """Those of a chapter, "03", or of a pair of files, "layers/norm"."""
    return [exercise for exercise in catalog()
            if chapter_or_pair in (exercise.chapter, exercise.pair)]
