"""Who is it that all are waiting for?

A step of several ranks ends when the last of them has come. If one hangs, all
the others wait inside a collective, where Python cannot look, and after a
while NCCL or Gloo give up with a message that names nobody.

So a thread in every rank writes down, each second, where its rank stands: the
number of the place that it came to last. The thread of the first rank that
still answers compares them. After the timeout it names the one that is silent
(stopped, or its host is gone) or the ones that are behind the others, and ends
its process; torchrun then ends the others, and starts all of them again.

PyTorch's flight recorder (TORCH_FR_BUFFER_SIZE, torchfrtrace) tells more of
NCCL: which collective, and from which line of code.
"""
import json
import os
import socket
import sys
import threading
import time

from twinformer.io.strict_json import json_text

__all__ = ["Watch"]


class Watch:
    """A rank's thread that looks whether the others go on.

    Parameters
    ----------
    ranks : ProcessRanks
    timeout : float
        Seconds without any news of a rank, while others wait.
    interval : float
        Seconds between two looks.
    give_up : callable
        Told who it is; it ends the process.
    """

    def __init__(self, ranks, timeout: float, interval: float = 1.0,
                 give_up=None):
        self.ranks, self.timeout, self.interval = ranks, timeout, interval
        self.store = ranks.store.clone()    # for this thread alone
        self.give_up = give_up or end_process
        self.at = (0, "the start")
        self.news: dict = {}            # rank -> (what it wrote, since when)
        self.done = threading.Event()
        self.thread = threading.Thread(target=self.look, daemon=True)

    def __enter__(self):
        if self.ranks.size > 1:
            self.thread.start()
        return self

    def __exit__(self, *exception):
        self.done.set()

    def came_to(self, place: str) -> None:
        """The rank has come to the next place: "step 17, the forward pass".

        All ranks come to the same places in the same order.
        """
        self.at = self.at[0] + 1, place

    def look(self) -> None:
        """Write down where this rank stands, read the others, until done."""
        beat = 0
        while not self.done.wait(self.interval):
            beat += 1
            try:
                self.store.set(self.key(self.ranks.rank), json_text(
                    [beat, *self.at, f"{socket.gethostname()}, process "
                     f"{os.getpid()}"]))
                for rank in range(self.ranks.size):
                    self.hear(rank)
            except RuntimeError:    # the store is gone, and the run with it
                return
            if blamed := self.blamed():
                self.give_up(blamed)
                return

    def key(self, rank: int) -> str:
        return f"watch/{rank}"

    def hear(self, rank: int) -> None:
        """Remember since when a rank beats no more, or stands where it does"""
        if not self.store.check([self.key(rank)]):
            return
        beat, *place = json.loads(self.store.get(self.key(rank)))
        now = time.monotonic()
        before = self.news.get(rank)
        if before is None:
            self.news[rank] = beat, place, now, now
            return
        heard = now if beat != before[0] else before[2]
        moved = now if place != before[1] else before[3]
        self.news[rank] = beat, place, heard, moved

    def blamed(self) -> str:
        """Who keeps the others waiting, if this rank is to say it"""
        now = time.monotonic()
        silent = {rank: now - heard for rank, (_, _, heard, _)
                  in self.news.items() if now - heard > self.timeout}
        answering = [rank for rank in self.news if rank not in silent]
        if not answering or self.ranks.rank != min(answering):
            return ""
        if silent:
            return "; ".join(
                f"rank {rank} ({self.news[rank][1][2]}) has not answered for "
                f"{seconds:.0f} seconds: it came to {self.news[rank][1][1]}"
                for rank, seconds in silent.items())
        furthest = max(place[0] for _, place, _, _ in self.news.values())
        waiting = [now - since for _, place, _, since in self.news.values()
                   if place[0] == furthest]
        behind = {rank: place for rank, (_, place, _, _) in self.news.items()
                  if place[0] < furthest}
        if not behind or max(waiting) < self.timeout:
            return ""
        return "; ".join(
            f"rank {rank} ({place[2]}) has kept the others waiting for "
            f"{max(waiting):.0f} seconds: it came to {place[1]}, they are at "
            f"{self.news[answering[0]][1][1]}"
            for rank, place in behind.items())


def end_process(words: str) -> None:
    """Say who it is, and end this process, which no exception reaches."""
    print(f"twinformer: error: {words}", file=sys.stderr, flush=True)
    os._exit(2)
