"""Several processes that train one model: what each of them has to know, and
how they agree. Most runs have one process, and then all of this is nothing.

A process is called by its rank, from 0 on. Rank 0 writes the logs, the
checkpoints and all that is said; the others compute. How they talk to each
other is torch_impl/distributed's business.
"""
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:  # every command's --help comes this way
    import numpy as np

__all__ = ["ALONE", "Ranks", "alone_again", "current_ranks", "with_ranks"]


class Ranks:
    """One process alone; the base of those that have others beside them.

    Every method but ``deal`` is a meeting: all ranks have to call it.

    Attributes
    ----------
    rank, size : int
        Of this process, and how many there are.
    data_rank, data_size : int
        Which part of the data is this process's. Ranks that share the
        matrices of one model work on the same part.
    """

    rank, size = 0, 1
    data_rank, data_size = 0, 1

    @property
    def first(self) -> bool:
        """Whether this process writes, and speaks."""
        return self.rank == 0

    def deal(self, items: Iterable) -> Iterator[tuple[Any, bool]]:
        """Those of some items, such as batches, that this rank computes:
        (item, whether it counts)

        Like cards: the first to rank 0, the second to rank 1. All have the
        same number of them, for where weights are spread over the ranks each
        forward pass is a meeting; who has none left computes the first one
        once more, and it does not count.
        """
        number, first = 0, None
        for number, item in enumerate(items, 1):
            first = item if number == 1 else first
            if (number - 1) % self.data_size == self.data_rank:
                yield item, True
        if self.data_rank >= (number % self.data_size or self.data_size):
            yield first, False

    def sums(self, *numbers: float) -> list[float]:
        """Each number, added up over the parts of the data."""
        import numpy as np

        return [float(total) for total in self.total(np.array(numbers, np.float64))]

    def total(self, array: "np.ndarray") -> "np.ndarray":
        """A float64 array, added up over the parts of the data."""
        return array

    def maxima(self, array: "np.ndarray") -> "np.ndarray":
        """A float64 array, of each number the largest over the parts of the data."""
        return array

    def most(self, number: int) -> int:
        """The largest of the ranks' numbers."""
        return number

    def blamed(self, guilty: bool, words: str) -> str:
        """What the first guilty rank says, and which one it is; without
        any, this rank's own words."""
        return words

    def first_does(self, what: Callable[[], Any]) -> Any:
        """Rank 0 does something, however long it takes, and all get what it
        returned, which JSON must know, or the error that it raised."""
        return what()

    def came_to(self, place: str) -> None:
        """Tell the others, who may wait, where this rank is now, in words. No
        meeting, but all ranks come to the same places in the same order."""

    def remember(self, run: str) -> None:
        """The first rank keeps its run's folder for those who are started in
        the place of all of them. No meeting."""

    def remembered(self) -> str:
        """The run's folder that was kept; "" where there is none. No
        meeting."""
        return ""

    def first_to_fail(self) -> bool:
        """Whether no other rank has failed before: who is first, says why.
        No meeting."""
        return True

    def leave(self) -> None:
        """The end of the company; each process goes on alone."""


ALONE = Ranks()


class Company:
    ranks = ALONE


def current_ranks() -> Ranks:
    """The processes that this one works with; ALONE where there are none."""
    return Company.ranks


def with_ranks(ranks: Ranks) -> None:
    """From now on this process works with those."""
    Company.ranks = ranks


def alone_again() -> bool:
    """Leave the others, who are done; True for the one that goes on, to say
    how it went."""
    first = current_ranks().first
    current_ranks().leave()
    with_ranks(ALONE)
    return first
