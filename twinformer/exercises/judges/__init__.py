"""Who says whether a learner's file is right: a judge for each kind of exercise.

    judge(exercise, module, language) -> Verdict
"""
from importlib import import_module
from pathlib import Path

__all__ = ["judge_of", "judged"]


def judge_of(exercise):
    """The judge that an exercise names."""
    return import_module(f".{exercise.judge}", __name__).judge


def judged(exercise, file: Path, language: str):
    """The verdict on a file: what it imports, whether it runs, what comes out of it."""
    from ..verdict import Verdict
    from .imports import borrowed, refusal, watched
    from .loading import load, uncallable

    if found := borrowed(exercise, file, language):
        return found
    judge = judge_of(exercise)
    with watched(exercise, file.parent) as tried:
        module = load(file, exercise.name, language)
        if isinstance(module, Verdict):
            verdict = module
        elif not tried:
            verdict = uncallable(exercise, module, language) or judge(exercise, module, language)
    return refusal(exercise, tried[0], language) if tried else verdict
