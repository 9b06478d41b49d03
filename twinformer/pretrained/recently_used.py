"""What was used last stays in memory, and no more of it than there is room for."""
from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any

__all__ = ["RecentlyUsed"]


class RecentlyUsed:
    """A cache of bounded size: what has not been used for longest is given up first.

    Parameters
    ----------
    room : int
        Bytes. What is larger by itself is made anew each time.
    """

    def __init__(self, room: int):
        self.room, self.filled = room, 0
        self.kept: OrderedDict[Hashable, tuple[Any, int]] = OrderedDict()
        self.made = 0       # how often something was not there

    def get(self, key: Hashable, make: Callable[[], tuple[Any, int]]) -> Any:
        """What is kept under a key; else make() it, which also says how many bytes it takes."""
        if key in self.kept:
            self.kept.move_to_end(key)
            return self.kept[key][0]
        self.made += 1
        value, size = make()
        if size <= self.room:
            while self.filled + size > self.room:
                _, (_, freed) = self.kept.popitem(last=False)
                self.filled -= freed
            self.kept[key] = value, size
            self.filled += size
        return value
