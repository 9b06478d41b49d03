"""Tables of words in both languages: a line each, key, English, Chinese, with tabs between."""
from pathlib import Path

__all__ = ["read_words"]


def read_words(path: Path) -> dict[str, tuple[str, str]]:
    """{key: (English, Chinese)}"""
    rows = [row.split("\t") for row in path.read_text("utf-8").splitlines()
            if not row.startswith("#")]
    return {key: (english, chinese) for key, english, chinese in rows}
