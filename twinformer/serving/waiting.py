"""From the engine's thread to the event loop: who waits for a job's pieces, and for how long."""
import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

from ..io.strict_json import json_text
from .engine import Engine, Job
from .metrics import Metrics
from .replies import Reply, error, usage
from .text_request import TextRequest

__all__ = ["Jobs", "server_sent"]


class Jobs:
    """The jobs of one HTTP request, submitted together.

    Raises
    ------
    Full
        The queue has no room for all of them; none is left in it then.
    """

    def __init__(self, engine: Engine, requests: Sequence[TextRequest], metrics: Metrics,
                 seconds: float):
        self.metrics, self.deadline = metrics, asyncio.get_running_loop().time() + seconds
        self.seconds = seconds
        self.events: asyncio.Queue[tuple[Job, Any, Any]] = asyncio.Queue()
        loop = asyncio.get_running_loop()

        def say(*event) -> None:        # in the engine's thread
            loop.call_soon_threadsafe(self.events.put_nowait, event)

        self.jobs: list[Job] = []
        try:
            for request in requests:
                self.jobs.append(engine.submit(request, say))
        except BaseException:
            self.cancel()
            raise

    def cancel(self) -> None:
        for job in self.jobs:
            job.cancel()

    async def pieces(self) -> AsyncIterator[tuple[int, Any, Any]]:
        """(number of the prompt, text, piece) as they come, until all jobs are done.

        Whatever ends this, what still runs is cancelled.

        Raises
        ------
        TimeoutError
            They took longer than allowed.
        RuntimeError
            The engine failed.
        """
        left, numbers = len(self.jobs), {id(job): i for i, job in enumerate(self.jobs)}
        try:
            while left:
                async with asyncio.timeout_at(self.deadline):
                    job, text, piece = await self.events.get()
                if text is not None:
                    yield numbers[id(job)], text, piece
                elif piece is not None:
                    raise RuntimeError(f"the model failed: {type(piece).__name__}: {piece}")
                else:
                    left -= 1
                    self.metrics.read.inc(len(job.request.ids))
                    self.metrics.first.observe((job.first_token or job.arrived) - job.arrived)
        finally:
            self.cancel()

    async def done(self) -> None:
        """Wait for all of them."""
        async for _ in self.pieces():
            pass


async def server_sent(jobs: Jobs, reply: Reply, tells_usage: bool) -> AsyncIterator[str]:
    """The chunks of a streamed answer as server-sent events, with [DONE] at the end.

    What goes wrong after the first byte is said in an event: the status is sent already.
    """
    try:
        for number, job in enumerate(jobs.jobs):
            for chunk in reply.first(number, job):
                yield event(chunk)
        async for number, text, piece in jobs.pieces():
            if piece.text or piece.ended or text.request.logprobs is not None:
                yield event(reply.chunk(number, text, piece))
        if tells_usage:
            yield event(reply.frame(True, [], usage=usage(jobs.jobs)))
    except TimeoutError:
        yield event(error(f"the answer took longer than {jobs.seconds:g} s", "timeout"))
    except RuntimeError as problem:
        yield event(error(str(problem), "server_error"))
    finally:
        jobs.cancel()
    yield "data: [DONE]\n\n"


def event(content: dict) -> str:
    return f"data: {json_text(content, ensure_ascii=False)}\n\n"
