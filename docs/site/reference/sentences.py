"""What docstrings say about settings, in the reader's language: a table that the
commands' help uses as well, twinformer/commands/chinese/settings.toml.

Its keys are the English sentences as they stand in the code. So a sentence that was changed has
no Chinese any more, which a test notices, and never a wrong one.
"""
import tomllib
from functools import cache
from pathlib import Path

__all__ = ["chinese", "said"]

FILE = Path(__file__).parents[3] / "twinformer" / "commands" / "chinese" / "settings.toml"


@cache
def chinese() -> dict[str, str]:
    return tomllib.loads(FILE.read_text("utf-8"))


def said(sentence: str, language: str) -> str:
    """The sentence, in English where it has no Chinese."""
    return chinese().get(sentence, sentence) if language == "zh" else sentence
