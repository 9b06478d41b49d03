"""Documents that are almost the same, found without comparing all pairs.

Two documents are alike as far as their sets of shingles, runs of a few
words, overlap (Jaccard). MinHash keeps a few numbers of each set; the share
of equal numbers estimates the overlap. Rows of numbers are cut into bands:
documents that share a whole band are compared, others never meet. The number
of bands is chosen for the threshold. Source: Broder (1997), "On the
resemblance and containment of documents"; hashes and bands by datasketch.
"""
import re

import numpy as np

from ..corpora.scripts import unspaced
from ..io.extras import library
from .ledger import Ledger

__all__ = ["NearDuplicates", "signature_of", "shingles"]

PERMUTATIONS = 128
WORDS = 5               # of a shingle
CHARACTERS = 8          # of a shingle, where words are not spaced apart
WORD = re.compile(r"\w+")


class NearDuplicates:
    """Keeps the first of documents that are alike.

    Parameters
    ----------
    ledger
        Where signatures are kept.
    threshold
        Share of common shingles from which on two documents are alike.
    """

    def __init__(self, ledger: Ledger, threshold: float):
        if not 0 < threshold < 1:
            raise ValueError("near_duplicates must be a share between 0 and "
                             f"1, not {threshold}")
        datasketch = library("datasketch", "data", "to find near-duplicates")
        lsh = datasketch.MinHashLSH(threshold, PERMUTATIONS)
        self.bands, self.rows = lsh.b, lsh.r
        self.ledger, self.threshold = ledger, threshold

    def twin(self, name: str, signature: np.ndarray) -> str | None:
        """The name of an earlier document that is alike, or None

        A document without one is remembered.
        """
        rows = signature[:self.bands * self.rows].reshape(self.bands, -1)
        bands = [bytes([number]) + row.tobytes()
                 for number, row in enumerate(rows)]
        for other, content in self.ledger.candidates(bands):
            theirs = np.frombuffer(content, signature.dtype)
            if np.mean(signature == theirs) >= self.threshold:
                return other
        self.ledger.sign(name, bands, signature.tobytes())
        return None


def signature_of(text: str) -> np.ndarray | None:
    """-> (PERMUTATIONS,) uint32, or None for a text without words"""
    datasketch = library("datasketch", "data", "to find near-duplicates")
    found = shingles(text)
    if not found:
        return None
    minhash = datasketch.MinHash(PERMUTATIONS)
    minhash.update_batch([shingle.encode("utf-8", "replace")
                          for shingle in found])
    return minhash.hashvalues.astype(np.uint32)     # datasketch's are 32 bits


def shingles(text: str) -> set[str]:
    """Runs of words; of characters where words have no spaces between them,
    as in Chinese: there a "word" is a whole clause."""
    words = WORD.findall(text.lower())
    if unspaced(text):
        joined = "".join(words)
        size = min(CHARACTERS, len(joined))
        return {joined[i:i + size] for i in range(len(joined) - size + 1)}
    size = min(WORDS, len(words))
    return {" ".join(words[i:i + size])
            for i in range(len(words) - size + 1 if words else 0)}
