"""The command line's own tables of Chinese, for the pages that are made of its help.

twinformer/commands/chinese has the English sentences, as they stand in the code, as its keys. So
a sentence that was changed has no Chinese any more, which a test notices, and never a wrong one.
"""
import os
from collections.abc import Iterator
from contextlib import contextmanager

from twinformer.commands.chinese.help import table

__all__ = ["said", "speaking"]

VARIABLE = "TWINFORMER_LANGUAGE"


def said(sentence: str, language: str) -> str:
    """The sentence, in English where it has no Chinese."""
    return table().get(sentence, sentence) if language == "zh" else sentence


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """What commands say of themselves inside is in this language, whatever the machine's is."""
    before = os.environ.get(VARIABLE)
    os.environ[VARIABLE] = language
    try:
        yield
    finally:
        if before is None:
            del os.environ[VARIABLE]
        else:
            os.environ[VARIABLE] = before
