"""One id for each character: the smallest tokenizer that learns from text."""
from collections.abc import Iterable

from .tokenizer import Tokenizer
from .vocabulary import TextMarks

__all__ = ["CharacterTokenizer"]


class CharacterTokenizer(Tokenizer):
    """id = place of the character in the vocabulary

    The vocabulary is small and the text is long: each id is one character,
    so a context of T tokens sees no more than T characters.

    Parameters
    ----------
    characters
        The characters in the order of their ids, no two the same.
    special_tokens
        Their ids follow those of the characters.
    """

    kind = "characters"

    def __init__(self, characters: Iterable[str],
                 special_tokens: Iterable[str] = ()):
        self.characters = "".join(characters)
        if len(set(self.characters)) < len(self.characters):
            raise ValueError("the vocabulary names a character twice; "
                             "CharacterTokenizer.from_text builds one")
        n = len(self.characters)
        table = {i: c.encode() for i, c in enumerate(self.characters)}
        super().__init__(
            table, {s: n + i for i, s in enumerate(special_tokens)})
        self._ids = {c: i for i, c in enumerate(self.characters)}

    @classmethod
    def from_text(cls, text: str, special_tokens: Iterable[str] = ()):
        """The sorted characters of a text, so that its order is no matter."""
        return cls(sorted(set(text)), special_tokens)

    def encode_ordinary(self, text: str) -> list[int]:
        try:
            return list(map(self._ids.__getitem__, text))
        except KeyError as error:
            at = text.index(error.args[0])
            raise ValueError(
                f"character {error.args[0]!r} at offset {at} is not among "
                f"the {len(self.characters)} characters of this vocabulary; "
                "build it from text that has it, or use a byte or BPE "
                "tokenizer, which can encode any text") from None

    def to_dict(self):
        return {"kind": self.kind, "characters": self.characters,
                "special_tokens": list(self.special_tokens),
                **self.marks.to_state()}

    @classmethod
    def from_dict(cls, state):
        return cls(state["characters"], state["special_tokens"]).with_marks(
            TextMarks.from_state(state))
