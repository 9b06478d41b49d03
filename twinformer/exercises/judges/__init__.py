"""Who says whether a learner's file is right: a judge for each kind of exercise.

    judge(exercise, module, language) -> Verdict
"""
from importlib import import_module

__all__ = ["judge_of"]


def judge_of(exercise):
    """The judge that an exercise names."""
    return import_module(f".{exercise.judge}", __name__).judge
