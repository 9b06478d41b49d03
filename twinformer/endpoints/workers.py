"""Several questions to a server at once, and no answer lost.

Servers of language models answer many texts together in little more time than
one; hosted ones bound how many. Each question is a job of one of a few
threads. When the server is gone for good, those that run are waited for, since
their answers are paid for, and no more begin.
"""
import queue
import threading
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from .refusals import Unanswered

__all__ = ["GIVE_UP", "Workers"]

Answer = TypeVar("Answer")

GIVE_UP = 3     # jobs in a row without an answer, beside those that ran


class Workers:
    """Threads that ask one server.

    Parameters
    ----------
    count : int
        How many jobs run at the same time.
    ended : callable
        Is called, by the caller's thread, each time that a job has ended.

    Attributes
    ----------
    answered : bool
        Whether any job ever brought an answer.
    in_a_row : int
        Jobs without an answer since the last one with one.
    """

    def __init__(self, count: int, ended: Callable[[], None] = lambda: None):
        if count < 1:
            raise ValueError(f"concurrency must be at least 1, got {count}")
        self.count, self.ended = count, ended
        self.answered, self.in_a_row = False, 0

    def all(self, jobs: Sequence[Callable[[], Answer]]
            ) -> list[Answer | Unanswered]:
        """What each job returns, in their order; Unanswered where it raised
        that.

        Raises
        ------
        Unanswered
            Where one is final, or GIVE_UP + count - 1 failed in a row, or
            all did before any was answered; after those that had begun have
            ended. Whatever else a job raises is raised in the same way.
        """
        results: queue.SimpleQueue = queue.SimpleQueue()
        stopped = threading.Event()
        take = taking(jobs, stopped)
        running = min(self.count, len(jobs))
        for _ in range(running):    # daemons: Ctrl-C waits for no server
            threading.Thread(target=work, args=(take, results, stopped),
                             daemon=True).start()
        answers: list[Any] = [None] * len(jobs)
        fatal = None
        try:
            while running:
                number, answer = patiently(results)
                if number is None:
                    running -= 1
                    continue
                answers[number] = answer
                if self.is_fatal(answer):
                    fatal = fatal or answer
                    stopped.set()
                self.ended()
        finally:
            stopped.set()
        if fatal is None and jobs and not self.answered:
            fatal = answers[-1]
        if fatal is not None:
            raise fatal
        return answers

    def is_fatal(self, answer: Any) -> bool:
        """Whether no other job need begin; counts those that failed."""
        if not isinstance(answer, BaseException):
            self.answered, self.in_a_row = True, 0
            return False
        if self.answered and not ends_all(answer) and not getattr(answer, "again", True):
            return False    # it refuses this question; it is there
        self.in_a_row += 1
        return ends_all(answer) or self.in_a_row >= GIVE_UP + self.count - 1


def ends_all(problem: BaseException) -> bool:
    """Whether no other job would fare better."""
    return not isinstance(problem, Unanswered) or problem.final


def taking(jobs: Sequence[Callable[[], Answer]], stopped: threading.Event
           ) -> Callable[[], tuple[int, Callable[[], Answer]] | None]:
    """A function that gives the next job to whoever asks; None at the end."""
    waiting, turn = iter(enumerate(jobs)), threading.Lock()

    def take() -> tuple[int, Callable[[], Answer]] | None:
        with turn:
            return None if stopped.is_set() else next(waiting, None)

    return take


def work(take: Callable, results: queue.SimpleQueue,
         stopped: threading.Event) -> None:
    """What a thread does: job after job, then (None, None)."""
    while (taken := take()) is not None:
        number, job = taken
        try:
            results.put((number, job()))
        except BaseException as problem:    # the caller's to raise
            if ends_all(problem):
                stopped.set()
            results.put((number, problem))
    results.put((None, None))


def patiently(results: queue.SimpleQueue) -> tuple[int | None, Any]:
    """The next result; on Windows only a wait that ends hears of Ctrl-C."""
    while True:
        try:
            return results.get(timeout=0.5)
        except queue.Empty:
            pass
