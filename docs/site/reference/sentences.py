"""What the code says about settings, commands and options, in the reader's language.

The tables docs/zh/settings.toml and docs/zh/commands.toml have the English sentence, as it stands
in the code, as their key. So a sentence that was changed has no Chinese any more, which a test
notices, and never a wrong one.
"""
import re
import tomllib
from functools import cache
from pathlib import Path

__all__ = ["FILES", "chinese", "plainly", "said"]

FOLDER = Path(__file__).parents[2] / "zh"
FILES = (FOLDER / "settings.toml", FOLDER / "commands.toml")


def plainly(sentence: str) -> str:
    """On one line, without marks and the full stop: `--help` leaves them out in some places."""
    return re.sub(r"``(.*?)``", r"\1", " ".join(sentence.split())).rstrip(".")


@cache
def chinese() -> dict[str, str]:
    """{sentence: its Chinese}, both without a full stop"""
    return {plainly(sentence): translated.rstrip("。") for file in FILES
            for sentence, translated in tomllib.loads(file.read_text("utf-8")).items()}


def said(sentence: str, language: str) -> str:
    """The sentence, in English where it has no Chinese."""
    if language != "zh" or plainly(sentence) not in chinese():
        return sentence
    translated = chinese()[plainly(sentence)]
    return translated + ("。" if sentence.rstrip().endswith(".") else "")
