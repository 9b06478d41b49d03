"""All words that the pages of the pairs say themselves, in both languages: words.tsv."""
from pathlib import Path

__all__ = ["WORDS", "read_words", "say"]


def read_words(path: Path) -> dict[str, tuple[str, str]]:
    """{key: (English, Chinese)} of a table with tabs."""
    rows = [row.split("\t") for row in path.read_text("utf-8").splitlines()
            if not row.startswith("#")]
    return {key: (english, chinese) for key, english, chinese in rows}


WORDS = read_words(Path(__file__).with_suffix(".tsv"))


def say(key: str, language: str, **values) -> str:
    """The words for a key; a missing one is a KeyError."""
    return WORDS[key][("en", "zh").index(language)].format(**values)
