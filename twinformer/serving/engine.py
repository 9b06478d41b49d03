"""The engine: one thread in which a model writes many texts at once.

Requests wait in a bounded queue. Between two tokens those that have ended, or whose reader has
gone, leave the batch, and those that wait join it: nobody waits for another's last word.
"""
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import groupby
from time import monotonic
from typing import Any

import numpy as np

from .running_text import Piece, RunningText
from .text_request import TextRequest

__all__ = ["Engine", "Full", "Job"]


class Full(Exception):
    """As many requests wait as are allowed to."""


@dataclass(eq=False)
class Job:
    """A request on its way.

    Attributes
    ----------
    say
        Called in the engine's thread: with (job, text, piece) for each piece, where the request
        is streamed; with (job, None, None) once all its texts have ended; and with
        (job, None, error) where the engine failed.
    """

    request: TextRequest
    say: Callable[["Job", RunningText | None, Any], None]
    arrived: float = field(default_factory=monotonic)
    first_token: float | None = None
    texts: list[RunningText] = field(default_factory=list)
    cancelled: bool = False
    done: bool = False

    def cancel(self) -> None:
        """Its reader has gone: its texts leave the batch before the next token."""
        self.cancelled = True


class Engine:
    """A model that writes for everybody.

    Parameters
    ----------
    batch
        A ``RunningBatch`` of either package.
    tokenizer
        The model's.
    reference
        numpy_impl: draws the tokens, in float64, whoever computes the logits.
    max_texts
        Written at once.
    max_waiting
        Requests that wait for their turn; ``submit`` refuses more.
    watch
        Told of every step: (texts in the batch, tokens written, seconds), for metrics.
    """

    def __init__(self, batch: Any, tokenizer: Any, reference: Any, *, max_texts: int = 32,
                 max_waiting: int = 128, watch: Callable[[int, int, float], None] | None = None):
        self.batch, self.tokenizer, self.reference = batch, tokenizer, reference
        self.max_texts, self.max_waiting = max_texts, max_waiting
        self.watch = watch or (lambda *_: None)
        self.waiting: deque[Job] = deque()
        self.rows: list[tuple[Job, RunningText]] = []       # as in the batch
        self.news = threading.Condition()
        self.stopping = False
        self.thread = threading.Thread(target=self.run, name="engine", daemon=True)

    def start(self) -> None:
        self.thread.start()

    def submit(self, request: TextRequest, say: Callable) -> Job:
        """Wait for a turn.

        Raises
        ------
        Full
            Too many wait, or the engine is stopping.
        ValueError
            It asks for more texts than are ever written at once.
        """
        if request.n > self.max_texts:
            raise ValueError(f"n is {request.n}, and at most {self.max_texts} texts are written "
                             "at once")
        new = Job(request, say)
        with self.news:
            if len(self.waiting) >= self.max_waiting:   # who has gone takes no place
                self.waiting = deque(job for job in self.waiting if not job.cancelled)
            if self.stopping or len(self.waiting) >= self.max_waiting:
                raise Full(f"{len(self.waiting)} requests wait already")
            self.waiting.append(new)
            self.news.notify()
        return new

    def stop(self, seconds: float | None = None) -> None:
        """Nobody is let in any more; what was accepted is finished, within so many seconds."""
        with self.news:
            self.stopping = True
            self.news.notify()
        self.thread.join(seconds)

    def run(self) -> None:
        """The thread: until stopped, and all that was accepted is done."""
        while True:
            with self.news:
                while not (self.waiting or self.rows or self.stopping):
                    self.news.wait()
                if not (self.waiting or self.rows):
                    return
                joining = self.next_jobs()
            try:
                self.turn(joining)
            except Exception as problem:    # a bug of ours must not end the service
                self.fail(joining, problem)

    def next_jobs(self) -> list[Job]:
        """Those whose turn it is: as many as there is room for, in the order they came."""
        room, joining = self.max_texts - len(self.rows), []
        while self.waiting and (self.waiting[0].cancelled
                                or self.waiting[0].request.n <= room):
            job = self.waiting.popleft()
            if not job.cancelled:
                room -= job.request.n
                joining.append(job)
        return joining

    def turn(self, joining: list[Job]) -> None:
        """One token more for every text, and the first one for those that join."""
        start = monotonic()
        self.leave()
        written = 0
        if self.rows:
            tokens = [text.sequence[-1] for _, text in self.rows]
            written += self.draw(self.rows, self.batch.step(np.array(tokens)))
        if joining:
            logits = self.batch.add([job.request.ids for job in joining],
                                    [job.request.n for job in joining])
            for job in joining:
                job.texts = [RunningText(job.request, i, self.tokenizer, self.reference)
                             for i in range(job.request.n)]
            new = [(job, text) for job in joining for text in job.texts]
            self.rows += new
            written += self.draw(new, logits)
        self.watch(len(self.rows), written, monotonic() - start)
        self.leave()

    def draw(self, rows: list[tuple[Job, RunningText]], logits: Any) -> int:
        """A token for each row, from logits (B, V); how many were drawn"""
        logits = np.asarray(logits)
        limit = self.tokenizer.vocab_size
        order = sorted(range(len(rows)), key=lambda row: repr(rows[row][1].request.sampling))
        for _, group in groupby(order, key=lambda row: repr(rows[row][1].request.sampling)):
            chosen = list(group)
            texts = [rows[row][1] for row in chosen]
            asked = np.stack([text.processed(logits[row]) for text, row
                              in zip(texts, chosen, strict=True)])      # (B', V)
            uniform = np.array([text.dice.random() for text in texts])
            new = self.reference.sample(asked[:, :limit], uniform, *texts[0].request.sampling)
            for row, token in zip(chosen, new.tolist(), strict=True):
                job, text = rows[row]
                self.tell(job, text, text.add(token, logits[row]))
        return len(rows)

    def tell(self, job: Job, text: RunningText, piece: Piece) -> None:
        job.first_token = job.first_token or monotonic()
        if job.request.streamed:
            job.say(job, text, piece)
        if all(other.ended for other in job.texts) and not job.done:
            job.done = True
            job.say(job, None, None)

    def leave(self) -> None:
        """Texts that have ended, or that nobody reads any more, leave the batch."""
        stay = [row for row, (job, text) in enumerate(self.rows)
                if not (job.cancelled or text.ended)]
        if len(stay) < len(self.rows):
            self.rows = [self.rows[row] for row in stay]
            self.batch.keep(np.array(stay, np.int64))

    def fail(self, joining: list[Job], problem: Exception) -> None:
        """Everybody who is being served hears of it; the next ones find a fresh batch."""
        jobs = {id(job): job for job, _ in self.rows} | {id(job): job for job in joining}
        self.rows = []
        self.batch.keep(np.zeros(0, np.int64))
        for job in jobs.values():
            if not job.done:
                job.done = True
                job.say(job, None, problem)
