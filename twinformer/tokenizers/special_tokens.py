"""Special tokens in a text: an id, an error or plain text.

Special tokens, such as <|endoftext|>, are no text: they steer the model. Text
from outside that happens to contain one must not steer it, so the rules are
those of tiktoken: a special token in the text is an error unless it is
allowed (it becomes its one id) or not disallowed (it is plain text).
"""
import re
from collections.abc import Collection, Iterator
from typing import Literal

__all__ = ["split_special"]


def split_special(
    text: str, special_tokens: dict[str, int],
    allowed_special: Collection[str] | Literal["all"],
    disallowed_special: Collection[str] | Literal["all"],
) -> Iterator[tuple[str, int | None]]:
    """The text in parts: (plain text, id of the special token behind it).

    The last part has None for an id. For the rest see ``Tokenizer.encode``.
    """
    special = special_tokens.keys()
    allowed = (special if allowed_special == "all"
               else special & set(allowed_special))
    disallowed = (special - allowed if disallowed_special == "all"
                  else disallowed_special)
    for token in disallowed:
        if token in text:
            raise ValueError(
                f"the text contains the special token {token!r}: pass "
                f"allowed_special={{{token!r}}} to make it one id, or "
                "disallowed_special=() to read it as plain text")
    start = 0
    if allowed:
        longest_first = sorted(allowed, key=len, reverse=True)
        for match in re.finditer("|".join(map(re.escape, longest_first)),
                                 text):
            yield text[start:match.start()], special_tokens[match[0]]
            start = match.end()
    yield text[start:], None
