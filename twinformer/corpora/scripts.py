"""Scripts without spaces, such as Chinese, told from those with spaces.

Whoever counts words, or wants a run of them, has to know: in a Chinese text
what stands between two spaces, or two marks, is a whole clause.
"""
import re

__all__ = ["HAN", "UNSPACED", "beyond_latin", "chinese", "unspaced"]

# For a class of a regular expression: Chinese characters; in the second with
# kana, Thai, Lao, Burmese and Khmer
HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
UNSPACED = HAN + ("\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"
                  "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff")
ONE_HAN = re.compile(f"[{HAN}]")
ONE_UNSPACED = re.compile(f"[{UNSPACED}]")


def chinese(text: str) -> bool:
    """Whether a Chinese character stands in a text."""
    return ONE_HAN.search(text) is not None


def unspaced(text: str) -> bool:
    """Whether at least half of a text's letters need no spaces."""
    letters = sum(map(str.isalpha, text))
    return letters > 0 and 2 * len(ONE_UNSPACED.findall(text)) >= letters


def beyond_latin(text: str) -> bool:
    """Whether a text has letters of another script than Latin."""
    return any(letter.isalpha() and not "\u1e00" <= letter <= "\u1eff"
               for letter in text if letter > "\u024f")
