"""All words that the pages of the pairs say themselves, in both languages: words.tsv."""
from pathlib import Path

from docs.site.two_languages import read_words

__all__ = ["WORDS", "say"]

WORDS = read_words(Path(__file__).with_suffix(".tsv"))


def say(key: str, language: str, **values) -> str:
    """The words for a key; a missing one is a KeyError."""
    return WORDS[key][("en", "zh").index(language)].format(**values)
