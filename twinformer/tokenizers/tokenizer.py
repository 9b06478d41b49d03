"""What every tokenizer can do: text -> token ids -> text.

The way back, from ids to text, follows from the table of all ids
(token_table.py). Here is the way there, and which ids stand around a text; a
subclass says how text is cut, in ``encode_ordinary``.

Shapes: N = tokens of a text.
"""
import copy
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator
from typing import Any, ClassVar, Literal, Self

import numpy as np

from ..io.files import write_atomically
from ..io.strict_json import json_text
from .processes import encode_in_processes
from .special_tokens import split_special
from .token_table import TokenTable
from .vocabulary import TextMarks

__all__ = ["ENDS", "END_OF_TEXT", "Tokenizer"]

END_OF_TEXT = "<|endoftext|>"
ENDS = (END_OF_TEXT, "<|end_of_text|>", "</s>", "<eos>")    # as Llama, Gemma


class Tokenizer(TokenTable, ABC):
    """Base class of all tokenizers.

    Parameters
    ----------
    table
        The bytes of every ordinary id.
    special_tokens
        The id of every special token; no id may be in the table too.
    added_tokens
        Text that is always one id, whatever stands around it, as <think>;
        the table has its bytes.
    marks
        What stands around the texts of the tokenizer's model.
    """

    kind: ClassVar[str]             # its name in a saved file

    def __init__(self, table: dict[int, bytes],
                 special_tokens: dict[str, int],
                 added_tokens: dict[str, int] | None = None,
                 marks: TextMarks | None = None):
        super().__init__(table, special_tokens)
        self.added_tokens = dict(added_tokens or {})
        self.marks = marks or TextMarks()

    @abstractmethod
    def encode_ordinary(self, text: str) -> list[int]:
        """The ids of text, in which special tokens are plain text."""

    @abstractmethod
    def to_dict(self) -> dict[str, Any]:
        """All that is needed to build it again, ready for JSON."""

    @classmethod
    @abstractmethod
    def from_dict(cls, state: dict[str, Any]) -> "Tokenizer":
        """The tokenizer that wrote state; see registry.tokenizer_from_dict."""

    def save(self, path) -> None:
        """Write it as JSON; registry.load_tokenizer reads it back."""
        write_atomically(path, json_text(
            self.to_dict(), ensure_ascii=False, indent=0) + "\n")

    @property
    def text_vocab_size(self) -> int:
        """What a model's vocabulary must have at least: special tokens that
        stand around no text, as Gemma's one for images, may lie beyond."""
        around = {self.beginning_of_text, *self.stop_tokens}
        idle = set(self.special_tokens.values()) - around
        return 1 + max(self._table.keys() - idle, default=-1)

    @property
    def end_of_text(self) -> int | None:
        """The id of the token that ends a document, if it has one:
        <|endoftext|>, or what Llama (2, 3) and Gemma have in its place."""
        if self.marks.end is not None:
            return self.marks.end
        return next((self.special_tokens[name] for name in ENDS
                     if name in self.special_tokens), None)

    @property
    def beginning_of_text(self) -> int | None:
        """The id that stands in front of every text the model has seen, as
        Llama's <|begin_of_text|>; None where none does, as for GPT-2."""
        return self.marks.beginning

    @property
    def first_token(self) -> int | None:
        """What a new text begins with: beginning_of_text, or else the end of
        the text before it."""
        beginning = self.beginning_of_text
        return self.end_of_text if beginning is None else beginning

    @property
    def stop_tokens(self) -> tuple[int, ...]:
        """The ids by which a model ends what it writes: end_of_text, and
        what a chat model says at the end of its turn, as <|im_end|>."""
        ends = () if self.end_of_text is None else (self.end_of_text,)
        return tuple(dict.fromkeys((*ends, *self.marks.stops)))

    def with_marks(self, marks: TextMarks | None) -> Self:
        """The same tokenizer, with this said of its texts."""
        other = copy.copy(self)
        other.marks = marks or TextMarks()
        return other

    def encode(
        self, text: str,
        allowed_special: Collection[str] | Literal["all"] = frozenset(),
        disallowed_special: Collection[str] | Literal["all"] = "all",
        *, add_beginning: bool = False,
    ) -> list[int]:
        """The ids of text.

        Parameters
        ----------
        allowed_special
            Special tokens that become their id: a set, or "all".
        disallowed_special
            Strings that must not be in the text: a collection, or "all" for
            every special token that is not allowed. ``()`` lets special
            tokens pass as plain text.
        add_beginning
            Put beginning_of_text in front, where there is one and the text
            does not begin with it: for whoever hands a whole text to a
            model. Without it encode adds nothing, unlike ``encode`` of
            Hugging Face.

        Raises
        ------
        ValueError
            Where the text contains a disallowed special token.
        """
        if not isinstance(text, str):
            raise TypeError(f"text must be a str, not {type(text).__name__}; "
                            "decode bytes first")
        ids = self.encode_special(text, allowed_special, disallowed_special)
        beginning = self.beginning_of_text
        if add_beginning and beginning is not None and ids[:1] != [beginning]:
            ids.insert(0, beginning)
        return ids

    def encode_special(self, text: str, allowed_special,
                       disallowed_special) -> list[int]:
        """The ids of a text with special tokens in it; see ``encode``."""
        ids: list[int] = []
        for part, token in split_special(
                text, self.special_tokens, allowed_special,
                disallowed_special, self.added_tokens):
            ids += self.encode_ordinary(part)
            if token is not None:
                ids.append(token)
        return ids

    def encode_batch(self, texts: Iterable[str],
                     processes: int = 1) -> Iterator[np.ndarray]:
        """The ids of each text in order, each (N,) uint32

        Special tokens in the texts are plain text. More processes pay from
        some tens of megabytes on; see processes.encode_in_processes.
        """
        if processes < 1:
            raise ValueError(f"processes must be at least 1, not {processes}")
        if processes > 1:
            yield from encode_in_processes(self, texts, processes)
        else:
            for text in texts:
                yield np.array(self.encode_ordinary(text), np.uint32)
