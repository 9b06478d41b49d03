"""The first tokenizers of the book: words, cut by a regular expression.

They show why real models use pieces of words: a word that was not in the
training text has no id (V1), or loses its meaning in <|unk|> (V2), and the
spacing of the text is lost.
"""
import re
from collections.abc import Iterable

from .tokenizer import END_OF_TEXT, Tokenizer

__all__ = ["UNKNOWN", "split_words", "SimpleTokenizerV1", "SimpleTokenizerV2"]

UNKNOWN = "<|unk|>"


def split_words(text: str) -> list[str]:
    """Words and punctuation marks, without the white space between them."""
    parts = re.split(r'([,.:;?_!"()\']|--|\s)', text)
    return [part.strip() for part in parts if part.strip()]


class SimpleTokenizerV1(Tokenizer):
    """Raschka, Build a Large Language Model (From Scratch), section 2.3

    <|endoftext|> and <|unk|>, where the vocabulary has them, are words like
    all others: the regular expression leaves them whole.

    Parameters
    ----------
    vocab
        The id of every word, as from ``from_text``.
    """

    kind = "words-v1"
    spaced = True

    def __init__(self, vocab: dict[str, int]):
        self.vocab = dict(vocab)
        if len(set(self.vocab.values())) < len(self.vocab):
            raise ValueError("two words of the vocabulary have the same id")
        table = {i: self._with_space(word).encode()
                 for word, i in self.vocab.items()}
        super().__init__(table, {})

    @staticmethod
    def _with_space(word: str) -> str:
        """Decoding sets words apart, but no space before these marks."""
        return word if word[:1] in set(',.:;?!"()\'') else f" {word}"

    @classmethod
    def from_text(cls, text: str, extra_words: Iterable[str] = ()):
        """The sorted words of a text, then the extra ones."""
        words = [*sorted(set(split_words(text))), *extra_words]
        return cls({word: i for i, word in enumerate(words)})

    @property
    def end_of_text(self) -> int | None:
        return self.vocab.get(END_OF_TEXT)

    def encode_ordinary(self, text: str) -> list[int]:
        try:
            return [self.vocab[word] for word in split_words(text)]
        except KeyError as error:
            raise ValueError(
                f"the word {error.args[0]!r} is not among the "
                f"{len(self.vocab)} words of this vocabulary; "
                "SimpleTokenizerV2 has <|unk|> for it") from None

    def to_dict(self):
        return {"kind": self.kind, "vocab": self.vocab}

    @classmethod
    def from_dict(cls, state):
        return cls(state["vocab"])


class SimpleTokenizerV2(SimpleTokenizerV1):
    """Section 2.4: what is unknown becomes <|unk|>, and <|endoftext|> stands
    between unrelated texts."""

    kind = "words-v2"

    def __init__(self, vocab: dict[str, int]):
        if UNKNOWN not in vocab:
            raise ValueError(f"the vocabulary needs the word {UNKNOWN!r}; "
                             "SimpleTokenizerV2.from_text adds it")
        super().__init__(vocab)

    @classmethod
    def from_text(cls, text: str,
                  extra_words: Iterable[str] = (END_OF_TEXT, UNKNOWN)):
        return super().from_text(text, extra_words)

    def encode_ordinary(self, text: str) -> list[int]:
        unknown = self.vocab[UNKNOWN]
        return [self.vocab.get(word, unknown) for word in split_words(text)]
