"""One text or two, as BERT reads them: between marks, in segments.

    ids           [CLS]  the  cat  [SEP]  it  sat  [SEP]
    segment_ids     0     0    0     0     1   1     1

[CLS] is where BERT says what it makes of the whole; the segments tell it
which of two texts a token is of (Devlin et al. 2018, arXiv:1810.04805,
figure 2). Hugging Face calls the latter token_type_ids.
"""
from typing import NamedTuple

from .wordpiece import WordPiece

__all__ = ["Segments", "encode_pair"]


class Segments(NamedTuple):
    """What BERT reads; both are of one length."""

    ids: list[int]
    segment_ids: list[int]      # 0 up to the first [SEP], 1 after it


def encode_pair(tokenizer: WordPiece, first: str, second: str | None = None,
                max_length: int | None = None) -> Segments:
    """[CLS] first [SEP], or [CLS] first [SEP] second [SEP]

    Parameters
    ----------
    max_length
        Tokens, with the marks: until they fit, the longer of the two texts
        is cut ("longest_first" in Hugging Face).

    Raises
    ------
    ValueError
        Where the vocabulary has no [CLS] or [SEP], max_length no room for
        them, or a text contains a special token.
    """
    special = tokenizer.special_tokens
    if lacking := [name for name in ("[CLS]", "[SEP]")
                   if name not in special]:
        raise ValueError(f"this vocabulary has no {' and no '.join(lacking)},"
                         " which stand around a text for BERT")
    texts = [tokenizer.encode(text) for text in (first, second)
             if text is not None]
    if max_length is not None:
        texts = shortened(texts, max_length - 1 - len(texts))
    ids, segment_ids = [special["[CLS]"]], [0]
    for segment, text in enumerate(texts):
        ids += [*text, special["[SEP]"]]
        segment_ids += [segment] * (len(text) + 1)
    return Segments(ids, segment_ids)


def shortened(texts: list[list[int]], room: int) -> list[list[int]]:
    """The texts without their ends, so that room holds them all.

    The shorter keeps what it has, up to a half; the longer has the rest. Of
    two of one length the first counts as the shorter.
    """
    if room < 0:
        raise ValueError("max_length must leave room for [CLS] and [SEP]; it "
                         f"is {-room} too small")
    if len(texts) == 2 and sum(map(len, texts)) > room:
        short = min(*map(len, texts), room // 2)
        first_is_short = len(texts[0]) <= len(texts[1])
        rooms = [short, room - short]
        return [text[:n] for text, n in zip(
            texts, rooms if first_is_short else rooms[::-1])]
    return [text[:room] for text in texts]
