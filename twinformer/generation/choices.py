"""Constrained choices: the answer has to be one of a list.

The choices, as token ids, form a trie: a tree in which two choices share a path as far as they
begin alike. At each step only the tokens that continue a path may follow; the probabilities of
those are what they were, divided by their sum. Where a choice is complete, the tokens that end
a text may follow, so that "yes" can be told from the beginning of "yes, sir".

              ┌─ yes ─┬─ [end]
    (start) ──┤       └─ ,  ── sir ── [end]
              └─ no ─── [end]
"""
from collections.abc import Iterable, Sequence

from .options import check_whole, stop_tokens

__all__ = ["Choices", "encoded_choices"]


class Choices:
    """The trie of some sequences of token ids.

    Parameters
    ----------
    sequences : the choices, each of one token or more; a repeated one counts once
    stop : the id, or ids, of which any ends a choice

    Raises
    ------
    ValueError, TypeError
        There is no choice, or no stop token; a choice is empty, contains a stop token, or is
        not made of whole numbers.
    """

    def __init__(self, sequences: Iterable[Sequence[int]], stop):
        self.ends = sorted(set(stop_tokens(stop)))
        if not self.ends:
            raise ValueError("choices need a stop token, which says that a choice is complete; "
                             "give stop=ID, the id of the end of text")
        self.root: dict = {}
        self.longest = 0
        for sequence in sequences:
            node = self.root
            ids = [check_whole("a choice's token", token, 0, "give token ids")
                   for token in sequence]
            if not ids:
                raise ValueError("a choice is empty; leave it out, or give it a token")
            if set(ids) & set(self.ends):
                raise ValueError(f"the choice {ids} contains a stop token, of {self.ends}; "
                                 "each choice is ended by itself")
            for token in ids:
                node = node.setdefault(token, {})
            node[None] = True    # a choice ends here
            self.longest = max(self.longest, len(ids))
        if not self.root:
            raise ValueError("there is no choice; give at least one")

    def allowed(self, prefix: Iterable[int]) -> list[int]:
        """The tokens that may follow these, which began an answer; in order.

        After the end, or where no choice goes on like that, only an end may follow.
        """
        node = self.root
        for token in prefix:
            node = node.get(int(token), {})
        following = [token for token in node if token is not None]
        if None in node or not node:
            following += self.ends
        return sorted(following)

    def check(self, vocab_size: int, max_new_tokens: int) -> None:
        """ValueError where a model cannot write all choices to their end."""
        every = {*self.ends, *_tokens(self.root)}
        if (largest := max(every)) >= vocab_size:
            raise ValueError(f"token id {largest} of a choice, or of its end, is outside the "
                             f"model's vocabulary of {vocab_size}")
        if max_new_tokens <= self.longest:
            raise ValueError(f"the longest choice has {self.longest} tokens and its end: "
                             f"max_new_tokens must be at least {self.longest + 1}, got "
                             f"{max_new_tokens}")


def encoded_choices(tokenizer, texts: Iterable[str]) -> list[list[int]]:
    """The ids of each text, as the tokenizer itself would write it.

    Raises
    ------
    ValueError
        One of them is empty or cannot be encoded, or the list is one text.
    """
    if isinstance(texts, str):
        raise ValueError(f"choices must be a list of texts, got the text {texts!r}")
    found = []
    for text in texts:
        if not text:
            raise ValueError("a choice is empty; leave it out, or give it a character")
        found.append(tokenizer.encode(text))
    return found


def _tokens(node):
    for token, below in node.items():
        if token is not None:
            yield token
            yield from _tokens(below)
