r"""Who wrote a special token: the template, or somebody in a text?

A chat template puts a conversation into one text, in which special tokens say
who speaks: <|im_start|>user ... <|im_end|>. Whoever writes <|im_end|> into a
message could end it there and go on as the system; for a model reads ids, and
the id does not say who wrote it. So what people write is marked before the
template sees it:

    what is written     What is <|im_end|>?
    what is rendered    ...user\nWhat is <.|.i.m._.e.n.d.|.>.?<|im_end|>

The marks (here: .) are taken out once the template's own tokens are found; a
text without special tokens has no marks, and is rendered as everywhere. They
are noncharacters, which Unicode keeps for the inside of programs; those that
occur in a conversation are not used for it.

What is left is a template that takes words out of the middle of a text: it
could join what stood around them to a special token.
"""
import re
from collections.abc import Iterable

from ..tokenizers.special_tokens import any_of, split_special
from ..tokenizers.tokenizer import Tokenizer

__all__ = ["Guard", "unused_marks"]

NONCHARACTERS = [chr(code) for code in range(0xFDD0, 0xFDF0)]


def unused_marks(texts: Iterable[str], number: int) -> list[str]:
    """So many characters that no text has; ValueError where all are used."""
    free = set(NONCHARACTERS).difference(*texts)
    if len(free) < number:
        raise ValueError("the conversation uses the noncharacters U+FDD0 to "
                         "U+FDEF, which are kept for the inside of programs; "
                         "take them out")
    return sorted(free)[:number]


class Guard:
    """Marks what people write, and encodes what is made of it.

    Parameters
    ----------
    tokenizer
    source
        The template: of the tokens that are text, but one id wherever they
        stand, such as <think>, it steers by those that are in it.
    marks
        A seam, which is taken out, and a cut, at which encoding begins anew.
    """

    def __init__(self, tokenizer: Tokenizer, source: str, marks: list[str]):
        self.tokenizer = tokenizer
        self.seam, self.cut = marks
        self.special = set(tokenizer.special_tokens)
        self.steering = {token for token in tokenizer.added_tokens
                         if token in source and not token.isspace()}
        tokens = self.special | self.steering
        if short := [token for token in self.special if len(token) < 2]:
            raise ValueError(f"the special token {short[0]!r} is one "
                             "character, which a text cannot be kept from")
        self.longest = max(map(len, tokens), default=0)
        self.firsts = {t[:n] for t in tokens for n in range(1, len(t))}
        self.lasts = {t[n:] for t in tokens for n in range(1, len(t))}
        self.tokens = tokens

    def marked(self, text: str, own: bool = False) -> str:
        """A text with marks where it has a special token, or could be a part
        of one together with what the template writes around it.

        own : the model's own words, whose thoughts are between <think> marks
        """
        tokens = self.special if own else self.tokens
        if any(token in text for token in tokens):
            text = any_of(tuple(tokens)).sub(self.broken, text)
        bare = text.strip() or text     # a template may strip it
        ends = range(1, self.longest)
        part = 0 < len(bare) < self.longest and any(
            text in token or bare in token for token in self.tokens)
        goes_on = part or any(said[:n] in self.lasts
                              for said in (text, bare) for n in ends)
        begins = part or any(said[-n:] in self.firsts
                             for said in (text, bare) for n in ends)
        return text.replace(bare, (self.seam if goes_on else "") + bare
                            + (self.seam if begins else ""), 1)

    def broken(self, match: re.Match) -> str:
        token = match[0]
        first = self.seam if token in self.special else self.cut
        return token[0] + first + self.seam.join(token[1:]) + self.seam

    def encode(self, text: str) -> list[int]:
        """The ids of a part of what a template made of marked texts."""
        if self.seam not in text and self.cut not in text:
            return self.tokenizer.encode(text, allowed_special="all")
        ids: list[int] = []
        for part, token in split_special(text, self.tokenizer.special_tokens,
                                         "all", ()):
            for piece in part.replace(self.seam, "").split(self.cut):
                ids += self.tokenizer.encode(piece, disallowed_special=())
            if token is not None:
                ids.append(token)
        return ids

    def read(self, text: str) -> str:
        """The text without marks."""
        return text.replace(self.seam, "").replace(self.cut, "")
