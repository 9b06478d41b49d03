"""The process in which a learner's file is run: what loops for ever, or ends the
interpreter, ends this one alone.

    python -m twinformer.exercises.child NAME FILE LANGUAGE SECONDS RESULT
"""
import faulthandler
import sys
from pathlib import Path

__all__ = ["main"]


def main(words: list[str]) -> None:
    name, file, language, seconds, result = words
    faulthandler.dump_traceback_later(float(seconds), exit=True)
    from .catalog import exercise_called
    from .judges import judge_of
    from .judges.loading import load
    from .verdict import Verdict

    exercise = exercise_called(name)
    module = load(Path(file), name, language)
    verdict = module if isinstance(module, Verdict) else judge_of(exercise)(
        exercise, module, language)
    Path(result).write_text(verdict.to_json(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
