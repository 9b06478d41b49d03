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
    from .catalog import exercise_called
    from .judges import judge_of, judged

    exercise = exercise_called(name)
    judge_of(exercise)      # what it takes to load numpy and the reference is not the file's time
    faulthandler.dump_traceback_later(float(seconds), exit=True)
    verdict = judged(exercise, Path(file), language)
    Path(result).write_text(verdict.to_json(), encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
