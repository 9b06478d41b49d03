"""Stop strings: a text ends where one of them begins.

Tokens know nothing of them: "\\nUser:" may be one token or five, and may begin in the middle of
one. So the text is watched, not the tokens. While it is streamed, its last characters are held
back as long as they may be the beginning of a stop string; nobody ever sees a part of one.
"""
from collections.abc import Iterable, Iterator, Sequence

__all__ = ["StopWatch", "check_stop_strings", "until_stop_string"]


def check_stop_strings(strings) -> list[str]:
    """None, one string or several -> a list of them

    Raises
    ------
    TypeError, ValueError
        Something else is among them, or an empty one, which would be everywhere.
    """
    if strings is None:
        return []
    several = [strings] if isinstance(strings, str) else list(strings)
    for string in several:
        if not isinstance(string, str):
            raise TypeError(f"a stop string must be text, got {string!r}; token ids are "
                            "given as stop")
        if not string:
            raise ValueError("a stop string is empty, and would end every text before it "
                             "begins; leave it out")
    return several


class StopWatch:
    """Watches a text for stop strings, piece by piece.

    How the text is cut into pieces changes nothing about the whole. Of several strings that are
    complete with the same character the longest counts.
    """

    def __init__(self, strings: Sequence[str]):
        self.strings = strings
        self.held = ""          # may be the beginning of one
        self.found = False

    def add(self, piece: str) -> str:
        """What may be shown now; nothing more is to come once one is found."""
        self.held += piece
        found = [(start + len(string), start) for string in self.strings
                 if (start := self.held.find(string)) >= 0]
        if found:
            _, start = min(found)    # the first to be complete; of those the longest
            shown, self.held, self.found = self.held[:start], "", True
            return shown
        cut = len(self.held) - _beginning_at_the_end(self.held, self.strings)
        shown, self.held = self.held[:cut], self.held[cut:]
        return shown

    def rest(self) -> str:
        """At the end of the text: what was held back in vain."""
        shown, self.held = self.held, ""
        return shown


def until_stop_string(pieces: Iterable[str], strings: Sequence[str]) -> Iterator[str]:
    """Hand pieces of text on, up to the first stop string that is complete.

    No piece is asked for after it. See StopWatch.

    Yields
    ------
    str
        One piece for each that comes, empty while all of it is held back; and at the end of the
        pieces what was held back in vain, if there is any.
    """
    watch = StopWatch(strings)
    for piece in pieces:
        yield watch.add(piece)
        if watch.found:
            return
    if rest := watch.rest():
        yield rest


def _beginning_at_the_end(text: str, strings: Sequence[str]) -> int:
    """How many last characters may be the beginning of a stop string."""
    longest = max(map(len, strings), default=1) - 1
    for length in range(min(longest, len(text)), 0, -1):
        if any(string.startswith(text[-length:]) for string in strings):
            return length
    return 0
