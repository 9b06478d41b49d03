"""The words that the engine itself puts on a page, in both languages, from words.toml."""
import tomllib
from functools import cache
from pathlib import Path

__all__ = ["words"]


@cache
def words(language: str) -> dict[str, str]:
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text("utf-8"))[language]
