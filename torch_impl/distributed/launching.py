"""Start the ranks of one machine: what `torchrun --standalone` does, from
within. For several machines torchrun itself is to be called on each."""
import logging
import os
import signal
import sys
import uuid

from torch.distributed.elastic.multiprocessing import SignalException
from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
from torch.distributed.launcher.api import LaunchConfig, elastic_launch

from .joining import threads_of_rank

__all__ = ["launch"]

PATIENCE = 300      # seconds to finish a step and to save, after a signal


def launch(ranks: int, words: list[str], restarts: int = 0) -> int:
    """`twinformer WORDS` in so many processes; the exit code of all. Where
    one dies, all are started again, so many times at most.

    They are told who they are by their environment (processes.py), and have
    said themselves what went wrong.
    """
    logging.getLogger("torch.distributed.elastic").setLevel(logging.CRITICAL)
    os.environ.setdefault("OMP_NUM_THREADS", str(threads_of_rank(ranks)))
    config = LaunchConfig(
        min_nodes=1, max_nodes=1, nproc_per_node=ranks, max_restarts=restarts,
        rdzv_backend="c10d", rdzv_endpoint="localhost:0",
        run_id=uuid.uuid4().hex, shutdown_timeout=PATIENCE)
    try:
        elastic_launch(config, sys.executable)("-m", "twinformer", *words)
    except SignalException as problem:
        return 128 + problem.sigval
    except ChildFailedError as problem:
        _, failure = problem.get_first_failure()
        code = failure.exitcode
        if -code in (signal.SIGKILL, signal.SIGSEGV):
            print(f"twinformer: error: rank {failure.local_rank} was ended "
                  f"by {signal.Signals(-code).name}", file=sys.stderr)
        return code if code > 0 else 128 - code
    return 0
