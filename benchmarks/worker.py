"""A process that takes a step when it is told to, and answers with numbers.

A contestant runs in a process of its own, as its users would run it: it reads lines, and answers
each by a line of numbers. All can then take turns, a step each, so that a noisy machine is unfair
to none.

    with Worker("benchmarks.ladder", "--worker", "0") as worker:
        seconds, loss, peak, tokens = worker.ask("step")
"""
import contextlib
import os
import shlex
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping

__all__ = ["Ended", "Worker", "workers"]


class Ended(SystemExit):
    """A worker has ended, and with it, unless this is caught, the measurement."""


class Worker:
    """python -m MODULE ARGUMENTS, in a process of its own. What it says on stderr is shown.

    Parameters
    ----------
    module : str
    *arguments : str
    environment : mapping, optional
        Variables beside, or in place of, those that there are.

    Attributes
    ----------
    name : str
        Its command, for messages.
    """

    def __init__(self, module: str, *arguments: str, environment: Mapping[str, str] | None = None):
        self.name = shlex.join(["python", "-m", module, *arguments])
        self.process = subprocess.Popen(
            [sys.executable, "-m", module, *arguments], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True, env=os.environ | dict(environment or {}))

    def ask(self, question: object = "step") -> list[float]:
        """The numbers that it answers, once it has them.

        Raises
        ------
        Ended
            Where it has ended and does not answer.
        SystemExit
            Where it answers something else than numbers.
        """
        to, answers = self.process.stdin, self.process.stdout
        assert to is not None and answers is not None       # both are pipes
        with contextlib.suppress(OSError):                  # ended before: no answer comes
            to.write(f"{question}\n")
            to.flush()
        answer = answers.readline()
        if not answer:
            raise Ended(f"a worker has ended, with code {self.process.wait()}; if it said why, "
                        f"that is above: {self.name}")
        try:
            return [float(number) for number in answer.split()]
        except ValueError:
            raise SystemExit(f"a worker answered {answer.strip()!r}, not numbers: "
                             f"{self.name}") from None

    def close(self) -> None:
        """No more questions: it ends, and is waited for."""
        with contextlib.suppress(OSError), self.process:    # what was not read by it
            pass

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, problem, *_) -> None:
        if problem is not None:     # it may be in the midst of something long
            self.process.kill()
        self.close()


@contextlib.contextmanager
def workers(module: str, names: Iterable[str], *arguments: str,
            environment: Mapping[str, str] | None = None) -> Iterator[dict[str, Worker]]:
    """{name: a worker with --worker NAME behind the arguments}, all started at once."""
    with contextlib.ExitStack() as all_of_them:
        yield {name: all_of_them.enter_context(
            Worker(module, *arguments, "--worker", name, environment=environment))
            for name in names}
