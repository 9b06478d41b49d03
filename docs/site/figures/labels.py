"""The words in the drawings, in both languages: labels.tsv."""
from pathlib import Path

from docs.site.two_languages import read_words

__all__ = ["LABELS", "label"]

LABELS = read_words(Path(__file__).with_suffix(".tsv"))


def label(key: str, language: str, **values) -> str:
    return LABELS[key][("en", "zh").index(language)].format(**values)
