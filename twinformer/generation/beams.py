"""The texts that beam search has finished, and when no better one can come."""
from typing import Literal, NamedTuple

__all__ = ["Beam", "EarlyStopping", "Finished"]

EarlyStopping = Literal["first", "likely", "never"]


class Beam(NamedTuple):
    """A continuation that beam search found.

    Attributes
    ----------
    ids
        Its tokens, a stop token included; without the prompt.
    score
        What it is ranked by: log_probability / length ** length_penalty.
    log_probability
        The sum of ln p of its tokens.
    """

    ids: list[int]
    score: float
    log_probability: float


class Finished:
    """The best finished texts, at most so many.

    Parameters
    ----------
    room : int
        How many are kept.
    length_penalty : float
        0 ranks by the probability of the text, which favours short ones; 1 by the mean of
        ln p a token; above 1 favours long ones.
    early_stopping : str
        When the search is over, once ``room`` texts are finished. "first": at once. "likely": when
        the best of the others, were it to end now, would be no better than the worst of them; a
        guess, as with a length penalty it may still become better. "never": when no other could
        become better, however long it grew.
    longest : int
        How long a text may become.
    """

    def __init__(self, room: int, length_penalty: float, early_stopping: EarlyStopping,
                 longest: int):
        self.room, self.length_penalty = room, length_penalty
        self.early_stopping, self.longest = early_stopping, longest
        self.beams: list[Beam] = []    # the best one first

    def add(self, ids: list[int], log_probability: float) -> None:
        """Keep a finished text, if it is among the best; among equals the earlier one stays."""
        score = self.score(log_probability, len(ids))
        self.beams.append(Beam(ids, score, log_probability))
        self.beams.sort(key=lambda beam: -beam.score)
        del self.beams[self.room:]

    def score(self, log_probability: float, length: int) -> float:
        """Wu et al. 2016 (arXiv:1609.08144), eq. 14, in the simpler form lp = length ** a."""
        return log_probability / length ** self.length_penalty

    def is_over(self, best_running: float, length: int) -> bool:
        """Whether the search ends, with the best of the others at this ln p and length."""
        if len(self.beams) < self.room:
            return False
        if self.early_stopping == "first":
            return True
        if self.early_stopping == "never" and self.length_penalty > 0:
            length = self.longest
        return self.score(best_running, length) <= self.beams[-1].score
