"""Byte-level byte-pair encoding, the tokenizer of GPT-2 and of most models
since: common words are one token, rare words a few, and no text is unknown.

text -> pieces (patterns.py) -> bytes -> merges (bpe_merging.py) -> ids
"""
import unicodedata
from abc import abstractmethod
from collections.abc import Callable, Iterable
from functools import partial
from typing import get_args

from ..io.surrogates import repair_surrogates
from .bpe_training import count_pieces, learn_merges
from .byte_alphabet import from_visible, to_visible
from .patterns import PATTERNS, compile_pattern
from .fast.pair_ranks import NEVER
from .special_tokens import split_tokens
from .tokenizer import END_OF_TEXT, Tokenizer
from .vocabulary import NormalForm, TextMarks

__all__ = ["ByteLevelBPE"]


class ByteLevelBPE(Tokenizer):
    """id = rank of the token: 256 bytes first, then the merges in their order

    Sennrich et al. 2016 (arXiv:1508.07909) on bytes, Radford et al. 2019. As
    in tiktoken, two neighbours may merge where their bytes together are a
    token, and a piece that is a token as a whole is that token.

    Parameters
    ----------
    ranks
        The id of every token, in the order of its merge. All 256 bytes must
        be there; ids may have gaps.
    pattern
        A name in patterns.PATTERNS or a regular expression.
    special_tokens
        Ids beyond those of ranks.
    normalization
        A Unicode normal form, such as "NFC", that text is brought into
        first. Where it is not, decoding gives back the normal form.
    added_tokens
        Ids of texts that are one token wherever they stand, as <think>.
    marks
        What stands around the texts of the vocabulary's model.
    """

    kind = "bpe"

    def __init__(self, ranks: dict[bytes, int], pattern: str = "gpt2",
                 special_tokens: dict[str, int] | None = None,
                 normalization: NormalForm | None = None,
                 added_tokens: dict[str, int] | None = None,
                 marks: TextMarks | None = None):
        missing = [b for b in range(256) if bytes([b]) not in ranks]
        if missing:
            raise ValueError(f"ranks must hold all 256 single bytes; it lacks "
                             f"{missing[:5]} ({len(missing)} in all)")
        if len(set(ranks.values())) < len(ranks):
            raise ValueError("two tokens of ranks have the same id")
        if min(ranks.values()) < 0 or max(ranks.values()) >= NEVER:
            raise ValueError(f"ids must be from 0 to below {NEVER}, not "
                             f"{min(ranks.values())}, {max(ranks.values())}")
        if normalization not in (None, *get_args(NormalForm)):
            raise ValueError("normalization must be NFC, NFD, NFKC, NFKD or "
                             f"None, not {normalization!r}")
        table = {rank: token for token, rank in ranks.items()}
        for name, i in (added_tokens or {}).items():
            if not name or table.setdefault(i, name.encode()) != name.encode():
                raise ValueError(f"the added token {name!r} needs an id of "
                                 f"its own, and {i} is {table.get(i)!r}")
        super().__init__(table, special_tokens or {}, added_tokens, marks)
        self.ranks = dict(ranks)
        self.pattern = PATTERNS.get(pattern, pattern)
        self.normalization = normalization
        # a release of Python's lock at every piece would cost a quarter
        self.find_pieces = partial(compile_pattern(pattern).findall,
                                    concurrent=False)

    @classmethod
    def train(cls, texts: str | Iterable[str], vocab_size: int,
              pattern: str = "gpt2",
              special_tokens: Iterable[str] = (END_OF_TEXT,),
              min_count: int = 2,
              progress: Callable[[int, int], None] | None = None,
              at_most: bool = False):
        """Learn a vocabulary from text; see bpe_training.learn_merges.

        Parameters
        ----------
        vocab_size
            256 bytes, the merges and the special tokens together.
        at_most
            A text with too few different pairs gives a smaller vocabulary.

        Raises
        ------
        ValueError
            Where vocab_size has no room for bytes and special tokens, or the
            text has too few different pairs, unless at_most; the error names
            the largest vocabulary that this text supports.
        """
        special_tokens = list(special_tokens)
        n_merges = vocab_size - 256 - len(special_tokens)
        if n_merges < 0:
            raise ValueError(
                f"vocab_size must be at least {vocab_size - n_merges} (256 "
                f"bytes and {len(special_tokens)} special tokens), not "
                f"{vocab_size}")
        pieces = {repair_surrogates(piece).encode("utf-8"): count for
                  piece, count in count_pieces(texts, pattern).items()}
        merges = cls.learn_merges(pieces, n_merges, min_count, progress)
        if len(merges) < n_merges and not at_most:
            raise ValueError(
                f"a vocabulary of {vocab_size} needs {n_merges} merges, but "
                f"this text supports {len(merges)} (pairs that occur at "
                f"least {min_count} times): ask for at most "
                f"{vocab_size - n_merges + len(merges)}, or give more text")
        tokens = [bytes([byte]) for byte in range(256)]
        tokens += [a + b for a, b in merges]
        special = {token: len(tokens) + i
                   for i, token in enumerate(special_tokens)}
        return cls({token: rank for rank, token in enumerate(tokens)},
                   pattern, special)

    @classmethod
    def learn_merges(cls, pieces: dict[bytes, int], n_merges: int,
                     min_count: int = 2, progress=None):
        """{piece: how often} -> the pairs to merge, commonest first"""
        return learn_merges(pieces, n_merges, min_count, progress)

    def encode_ordinary(self, text: str) -> list[int]:
        if not self.added_tokens:
            return self.encode_plain(text)
        ids: list[int] = []
        for part, token in split_tokens(text, self.added_tokens):
            ids += self.encode_plain(part)
            if token is not None:
                ids.append(token)
        return ids

    @abstractmethod
    def encode_plain(self, text: str) -> list[int]:
        """The ids of text, in which every token is plain text."""

    def prepared(self, text: str) -> str:
        text = repair_surrogates(text)
        if self.normalization is None:
            return text
        return unicodedata.normalize(self.normalization, text)

    def with_special_tokens(self, names: Iterable[str]):
        """A tokenizer with more special tokens, its other ids unchanged.

        The new ids follow the largest one. A model needs as many new rows in
        its embedding and its output; the old rows stay as they are.
        """
        new = [name for name in names if name not in self.special_tokens]
        more = {name: self.vocab_size + i for i, name in enumerate(new)}
        return type(self)(self.ranks, self.pattern,
                          self.special_tokens | more, self.normalization,
                          self.added_tokens, self.marks)

    def to_dict(self):
        return {"kind": self.kind, "pattern": self.pattern,
                "normalization": self.normalization,
                "ranks": {to_visible(token): rank
                          for token, rank in self.ranks.items()},
                "special_tokens": self.special_tokens,
                **({"added_tokens": self.added_tokens}
                   if self.added_tokens else {}),
                **self.marks.to_state()}

    @classmethod
    def from_dict(cls, state):
        ranks = {from_visible(token): rank
                 for token, rank in state["ranks"].items()}
        return cls(ranks, state["pattern"], state["special_tokens"],
                   state["normalization"], state.get("added_tokens"),
                   TextMarks.from_state(state))
