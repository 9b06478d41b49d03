"""How BERT cuts a text into words, before WordPiece cuts the words.

    clean -> spaces around Chinese characters -> accents off -> lower case
    -> cut at white space, and around each punctuation mark

Devlin et al. 2018 (arXiv:1810.04805), the BasicTokenizer of their code. What
is lost here (case, accents, spaces) no model behind it can see; a cased model
keeps the first two.

Which characters are accents or punctuation grows with each version of
Unicode: on characters that came late, two libraries may cut differently.
"""
import unicodedata
from collections.abc import Callable

__all__ = ["cut_words", "normalized"]

# The blocks of Chinese characters. Japanese kana and Korean are none: their
# words are cut by white space alone. The sixth begins at 2B920 as in the
# library tokenizers, by which models are trained; at 2B820 in BERT's own code.
CHINESE = ((0x4E00, 0x9FFF), (0x3400, 0x4DBF), (0x20000, 0x2A6DF),
           (0x2A700, 0x2B73F), (0x2B740, 0x2B81F), (0x2B920, 0x2CEAF),
           (0xF900, 0xFAFF), (0x2F800, 0x2FA1F))
ASCII_SIGNS = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~"


def normalized(text: str, lower_case: bool, strip_accents: bool,
               space_chinese: bool) -> str:
    """The text as the vocabulary spells it; see WordPiece for the flags."""
    text = text.translate(CLEAN)
    if space_chinese:
        text = text.translate(SPACED)
    if strip_accents:       # an accented e -> e and its accent -> e
        text = unicodedata.normalize("NFD", text).translate(BARE)
    if lower_case:
        text = text.translate(LOWER)
    return text


def cut_words(text: str) -> list[str]:
    """Words, and each punctuation mark by itself; white space is gone."""
    return text.translate(APART).split()


def cleaned(c: str) -> str:
    """Any white space is a space, a control character nothing; nor is U+FFFD
    left, which stands where bytes could not be read."""
    if c in "\t\n\r":
        return " "
    if c == "\ufffd" or unicodedata.category(c) in ("Cc", "Cf", "Co", "Cs"):
        return ""
    return " " if c.isspace() else c


def spaced(c: str) -> str:
    """A Chinese character becomes a word of its own."""
    inside = any(first <= ord(c) <= last for first, last in CHINESE)
    return f" {c} " if inside else c


def bare(c: str) -> str:
    return "" if unicodedata.category(c) == "Mn" else c


def apart(c: str) -> str:
    """$ + < = > ^ ` | ~ are punctuation here, though not in Unicode."""
    mark = c in ASCII_SIGNS or unicodedata.category(c).startswith("P")
    return f" {c} " if mark else c


class Table(dict):
    """What a function makes of each character, for ``str.translate``.

    It is asked once for each character that occurs, so that a text costs no
    call of Python for each of its characters.
    """

    def __init__(self, function: Callable[[str], str]):
        super().__init__()
        self.function = function

    def __missing__(self, code: int) -> str:
        self[code] = made = self.function(chr(code))
        return made


CLEAN, SPACED, BARE, APART = map(Table, (cleaned, spaced, bare, apart))
# of single characters: a sigma at the end of a word stays an ordinary one
LOWER = Table(str.lower)
