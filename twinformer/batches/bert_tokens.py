"""The tokens that are no text in what BERT reads: [CLS] a [SEP] b [SEP].

    [CLS]   first, and read for the whole: does b follow a?
    [SEP]   ends each of the two texts
    [MASK]  stands where a token was hidden
    [PAD]   fills up short rows
"""
from collections.abc import Mapping, Sequence
from typing import NamedTuple

__all__ = ["BertTokens", "one_text", "two_texts"]


class BertTokens(NamedTuple):
    """Their ids."""

    cls: int
    sep: int
    mask: int
    pad: int

    @classmethod
    def of(cls, special_tokens: Mapping[str, int]) -> "BertTokens":
        """From {"[CLS]": id, ...}, as in `tokenizer.special_tokens`.

        Raises
        ------
        ValueError
            Where one of the four is missing.
        """
        names = [f"[{name.upper()}]" for name in cls._fields]
        if missing := [name for name in names if name not in special_tokens]:
            raise ValueError(f"BERT's texts need the tokens {', '.join(names)}; this tokenizer "
                             f"has no {', '.join(missing)}: take that of a BERT, "
                             "or --tokenizer wordpiece, which learns one from the texts")
        return cls(*(special_tokens[name] for name in names))


def one_text(text: Sequence[int], tokens: BertTokens) -> list[int]:
    """[CLS] text [SEP]"""
    return [tokens.cls, *text, tokens.sep]


def two_texts(first: Sequence[int], second: Sequence[int],
              tokens: BertTokens) -> tuple[list[int], list[int]]:
    """[CLS] first [SEP] second [SEP], and which segment each token is of: 0 or 1"""
    start = one_text(first, tokens)
    end = [*second, tokens.sep]
    return start + end, [0] * len(start) + [1] * len(end)
