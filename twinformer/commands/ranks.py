"""A command on several ranks: --ranks N starts them, torchrun may have.

All of them run the same command. The first one speaks; of a mistake, whoever
is first to make it.
"""
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any

from ..configs.device_config import DeviceConfig
from ..ranks import current_ranks

__all__ = ["on_ranks", "one_speaks", "words_again"]

# How torchrun tells a process who it is
PLACES = ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT")


def launched() -> bool:
    """Whether this process is one of several, or was started as if."""
    return all(os.environ.get(name) for name in PLACES)


def words_again(words: list[str]) -> list[str]:
    """The words of a command line, or where torchrun has started the ranks
    again, because one of them died: those that go on with their run."""
    if not launched() or os.environ.get("TORCHELASTIC_RESTART_COUNT", "0") == "0":
        return words
    from ..backend import implementation
    from ..runs.checkpoint import checkpoints_in

    package: Any = implementation("torch")
    run = package.remembered_run()
    if run and checkpoints_in(Path(run) / "checkpoints"):
        return [words[0], "--resume", run]
    return words


def on_ranks(run: Callable[[Any], int | None], arguments: Any, words: list[str]) -> int | None:
    """run(arguments), in as many processes as were asked for; its exit code.

    words : the whole command line, for those processes to parse

    Raises
    ------
    ValueError
        Where the backend or the device is for one process alone.
    """
    device = getattr(arguments, "device", None)
    if not isinstance(device, DeviceConfig):
        return run(arguments)
    together = device.strategy != "ddp" or device.tensor_parallel > 1
    if not (launched() or device.ranks > 1 or together):
        return run(arguments)
    from ..backend import implementation

    package: Any = implementation("torch")
    if arguments.backend == "numpy":
        raise ValueError("the NumPy backend computes in one process: leave out --ranks, "
                         "--strategy and --tensor-parallel, or torchrun; or take --backend torch")
    if device.ranks > 1 and not launched():
        return package.launch(device.ranks, words, device.restarts)
    ranks = package.join_ranks(device)
    if ranks.first:
        code = run(arguments)
    else:
        with open(os.devnull, "w", encoding="utf-8") as nobody, redirect_stdout(nobody):
            code = run(arguments)
    current_ranks().leave()
    return code


@contextmanager
def one_speaks() -> Iterator[None]:
    """Of processes that fail, the first one says why; the others end with
    exit code 2 and without a word."""
    try:
        yield
    except BaseException as problem:
        if not launched() or isinstance(problem, SystemExit):
            raise
        from ..backend import implementation

        package: Any = implementation("torch")
        if not package.first_to_fail():
            sys.stderr.flush()
            os._exit(2)     # threads that wait for others would hold it
        if words := package.lost_in_words(problem):
            raise words from problem
        if os.environ["RANK"] != "0":
            problem.add_note(f"on rank {os.environ['RANK']}")
        raise
