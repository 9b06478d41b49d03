"""Where words end, in texts of any script.

rouge-score knows the letters a to z and digits only: Chinese, Russian or
Greek answers would all score 0. Here words in scripts with spaces are runs
of letters and digits; scripts without spaces have each character as a word.
ASCII texts have the words that rouge-score finds.
"""
import re
import unicodedata

__all__ = ["Words", "beyond_latin", "chinese"]

# Chinese characters (with their extensions) and the kana of Japanese
UNSPACED = ("\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
            "\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff")
HAN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
                 "\U00020000-\U0003ffff]")
WORD = re.compile(rf"[{UNSPACED}]|[^\W_{UNSPACED}]+")


def chinese(text: str) -> bool:
    """Whether Chinese characters stand in a text."""
    return HAN.search(text) is not None


def beyond_latin(text: str) -> bool:
    """Whether a text has letters of another script than Latin."""
    return any(letter.isalpha() and not "\u1e00" <= letter <= "\u1eff"
               for letter in text if letter > "\u024f")


class Words:
    """A tokenizer for rouge-score's ``tokenizer=``.

    Letters are compared without case, and wide forms (\uff21, \uff11) with
    the usual ones: Unicode's NFKC.
    """

    def tokenize(self, text: str) -> list[str]:
        return WORD.findall(unicodedata.normalize("NFKC", text).lower())
