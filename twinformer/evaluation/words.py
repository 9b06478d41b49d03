"""Where words end, in texts of any script.

rouge-score knows the letters a to z and digits only: Chinese, Russian or
Greek answers would all score 0. Here words in scripts with spaces are runs
of letters and digits; scripts without spaces have each character as a word.
ASCII texts have the words that rouge-score finds.
"""
import re
import unicodedata

from ..corpora.scripts import UNSPACED

__all__ = ["Words"]

WORD = re.compile(rf"[{UNSPACED}]|[^\W_{UNSPACED}]+")


class Words:
    """A tokenizer for rouge-score's ``tokenizer=``.

    Letters are compared without case, and wide forms (\uff21, \uff11) with
    the usual ones: Unicode's NFKC.
    """

    def tokenize(self, text: str) -> list[str]:
        return WORD.findall(unicodedata.normalize("NFKC", text).lower())
