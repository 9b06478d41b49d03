"""Tokens that are found in a text as they are written, before it is cut.

Special tokens, such as <|endoftext|>, are no text: they steer the model. Text
from outside that happens to contain one must not steer it, so the rules are
those of tiktoken: a special token in the text is an error unless it is
allowed (it becomes its one id) or not disallowed (it is plain text).

Added tokens, such as <think>, are text, but one id wherever they stand.
"""
import functools
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Literal

__all__ = ["split_special", "split_tokens"]


def split_special(
    text: str, special_tokens: Mapping[str, int],
    allowed_special: Collection[str] | Literal["all"],
    disallowed_special: Collection[str] | Literal["all"],
    added_tokens: Mapping[str, int] | None = None,
) -> Iterator[tuple[str, int | None]]:
    """The text in parts: (plain text, id of the token behind it).

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
    yield from split_tokens(text, {
        token: special_tokens[token] for token in allowed
    } | dict(added_tokens or {}))


def split_tokens(text: str, tokens: Mapping[str, int]
                 ) -> Iterator[tuple[str, int | None]]:
    """The same for tokens that are all to be found: at each place the
    longest, from the left."""
    start = 0
    if tokens:
        for match in any_of(tuple(tokens)).finditer(text):
            yield text[start:match.start()], tokens[match[0]]
            start = match.end()
    yield text[start:], None


@functools.lru_cache(maxsize=64)
def any_of(tokens: tuple[str, ...]) -> re.Pattern[str]:
    """Finds the longest of the tokens at each place."""
    longest_first = sorted(tokens, key=len, reverse=True)
    return re.compile("|".join(map(re.escape, longest_first)))
