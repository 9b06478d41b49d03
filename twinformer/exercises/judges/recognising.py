"""What is known to go wrong in an exercise: the mistakes that were planted in its folder,
then the slips that are made anywhere (slips.py).

A learner's file is held against each by what comes out of it, never by its text.
"""
from collections.abc import Iterator
from typing import NamedTuple

from ..exercise import Exercise
from ..slips import slips_of
from ..words import said
from .loading import module_of

__all__ = ["Known", "cause_of", "known"]


class Known(NamedTuple):
    """A mistake, as the name of a module that makes it."""

    module: str
    cause: dict[str, str]
    place: int | None   # in the list of the planted ones; None: a slip


def known(exercise: Exercise) -> Iterator[Known]:
    """Every known mistake, each made when it is asked for."""
    path = exercise.folder / "solution.py"
    for place, mistake in enumerate(exercise.mistakes):
        name = f"mistake_{place}_of_{exercise.module}"
        module_of(name, exercise.with_mistake(mistake), path)
        yield Known(name, mistake.cause, place)
    for number, slip in enumerate(slips_of(exercise)):
        name = f"slip_{number}_of_{exercise.module}"
        module_of(name, slip.source, path)
        yield Known(name, slip.cause, None)


def cause_of(exercise: Exercise, found: Known | None, language: str) -> list[str]:
    """What is said of a mistake that was recognised; what is to be found is not said."""
    if found is None:
        return []
    if found.place == 0 and exercise.broken:
        return [said("still there", language)]
    return [found.cause[language]]
