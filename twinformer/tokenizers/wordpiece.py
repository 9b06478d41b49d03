"""WordPiece, the tokenizer of BERT: a word is cut, from its beginning, into
the longest pieces that the vocabulary has.

    text -> words (bert_words.py) -> pieces -> ids

    "The unaffable cat."  ->  the  un  ##aff  ##able  cat  .

A piece that goes on with a word is written with ## in front. Byte-pair
encoding merges in the order in which it learned; WordPiece needs no such
order, only the set of pieces. It was made for search in Japanese and Korean
(Schuster and Nakajima 2012) and translation (Wu et al. 2016,
arXiv:1609.08144), and BERT took it over (Devlin et al. 2018,
arXiv:1810.04805).
"""
from collections.abc import Callable, Iterable
from functools import lru_cache

from ..io.surrogates import repair_surrogates
from .bert_words import cut_words, normalized
from .tokenizer import Tokenizer
from .vocabulary import TextMarks
from .wordpiece_training import GOES_ON, learn_pieces

__all__ = ["BERT_SPECIAL_TOKENS", "WordPiece"]

BERT_SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
UNKNOWN, SEPARATOR = "[UNK]", "[SEP]"
FLAGS = ("lower_case", "strip_accents", "space_chinese", "longest_word")


class WordPiece(Tokenizer):
    """Greedy, longest match first; a word that it cannot spell is [UNK].

    Parameters
    ----------
    vocab
        The id of every piece; ids may have gaps. It must have [UNK].
    special_tokens
        Those pieces of vocab that are no text. The ones it lacks are left
        out.
    lower_case
        Whether text is brought into lower case, as in uncased models.
    strip_accents
        Whether accents are taken off; None: where text is lower-cased, too.
    space_chinese
        Whether each Chinese character is a word of its own.
    longest_word
        A word of more characters is [UNK], without trying.
    marks
        What stands around the texts of a model that writes; left out, [SEP]
        behind each. What BERT reads around a text, encode_pair puts there.
    """

    kind = "wordpiece"
    spaced = True

    def __init__(self, vocab: dict[str, int],
                 special_tokens: Iterable[str] = BERT_SPECIAL_TOKENS, *,
                 lower_case: bool = True, strip_accents: bool | None = None,
                 space_chinese: bool = True, longest_word: int = 100,
                 marks: TextMarks | None = None):
        if UNKNOWN not in vocab:
            raise ValueError(f"a WordPiece vocabulary needs {UNKNOWN}, for "
                             "the words that its pieces cannot spell; this "
                             f"one of {len(vocab)} has none")
        if len(set(vocab.values())) < len(vocab):
            raise ValueError("two pieces of the vocabulary have the same id")
        special = {name: vocab[name] for name in special_tokens
                   if name in vocab}
        special.setdefault(UNKNOWN, vocab[UNKNOWN])
        self.pieces = {piece: i for piece, i in vocab.items()
                       if piece not in special}
        super().__init__({i: with_space(piece).encode()
                          for piece, i in self.pieces.items()}, special,
                         marks=marks or TextMarks(end=special.get(SEPARATOR)))
        self._table |= {i: f" {name}".encode() for name, i in special.items()}
        self.lower_case, self.strip_accents = lower_case, strip_accents
        self.space_chinese, self.longest_word = space_chinese, longest_word
        self._longest_piece = max(map(len, self.pieces), default=0)
        # the same words come again and again: most are cut only once
        self.word_ids = lru_cache(2**17)(self.cut_word)

    @classmethod
    def train(cls, texts: str | Iterable[str], vocab_size: int,
              min_count: int = 2,
              progress: Callable[[int, int], None] | None = None,
              at_most: bool = False, *,
              special_tokens: Iterable[str] = BERT_SPECIAL_TOKENS,
              **flags):
        """Learn the pieces from text; see wordpiece_training.learn_pieces.

        Parameters
        ----------
        vocab_size
            Special tokens, characters and pieces together.
        at_most
            A text with too few different pairs gives a smaller vocabulary.
        flags
            lower_case, strip_accents, space_chinese, longest_word

        Raises
        ------
        ValueError
            Where vocab_size has no room, or the text has too few different
            pairs, unless at_most.
        """
        names = list(special_tokens)
        blank = cls({name: i for i, name in enumerate(names)}, names, **flags)
        pieces = learn_pieces(map(blank.words, [texts] if isinstance(
            texts, str) else texts), vocab_size - len(names), min_count,
            progress)
        found = len(names) + len(pieces)
        if found < vocab_size and not at_most:
            raise ValueError(
                f"this text supports a vocabulary of {found}, with pairs that "
                f"occur at least {min_count} times, not of {vocab_size}: ask "
                "for fewer, or give more text")
        vocab = {piece: i for i, piece in enumerate([*names, *pieces])}
        return cls(vocab, names, **flags)

    def words(self, text: str) -> list[str]:
        """The words of a text, as the vocabulary spells them."""
        accents = (self.lower_case if self.strip_accents is None
                   else self.strip_accents)
        return cut_words(normalized(repair_surrogates(text), self.lower_case,
                                    accents, self.space_chinese))

    def encode_ordinary(self, text: str) -> list[int]:
        return [i for word in self.words(text) for i in self.word_ids(word)]

    def cut_word(self, word: str) -> tuple[int, ...]:
        """The ids of one word's pieces: at each place the longest there is.

        One place at which no piece fits makes all of the word [UNK].
        """
        unknown = (self.special_tokens[UNKNOWN],)
        if len(word) > self.longest_word:
            return unknown
        ids: list[int] = []
        start = 0
        while start < len(word):
            mark = GOES_ON if start else ""
            end = min(len(word), start + self._longest_piece)
            while end > start and mark + word[start:end] not in self.pieces:
                end -= 1
            if end == start:
                return unknown
            ids.append(self.pieces[mark + word[start:end]])
            start = end
        return tuple(ids)

    def to_dict(self):
        return {"kind": self.kind, "vocab": self.pieces | self.special_tokens,
                "special_tokens": list(self.special_tokens),
                **{flag: getattr(self, flag) for flag in FLAGS},
                **self.marks.to_state()}

    @classmethod
    def from_dict(cls, state):
        return cls(state["vocab"], state["special_tokens"],
                   **{flag: state[flag] for flag in FLAGS},
                   marks=TextMarks.from_state(state))


def with_space(piece: str) -> str:
    """How a piece is written out, behind another one."""
    if piece.startswith(GOES_ON) and piece != GOES_ON:
        return piece.removeprefix(GOES_ON)
    return piece if piece in set(".,?!") else f" {piece}"
