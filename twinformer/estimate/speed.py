"""How fast this machine is: two short measurements, kept for the next time.

What a step costs is decided by two speeds: that of large matrix products, and that with which
arrays come from memory and go back (Williams et al. 2009, "Roofline"). The first is measured by
the package that shall train, with its own threads and its own library; the second by NumPy.
"""
import os
import platform
import time
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..backend import implementation
from ..io.remote_file import data_folder
from ..io.sealed_files import DamagedFile, read_json, write_json

__all__ = ["Speed", "kept_speed", "measured_speed"]

ELEMENTS = 1 << 24      # of an array that no cache holds
REPEATS = 5


class Speed(NamedTuple):
    """Of one process on this machine."""

    products: float     # FLOP/s
    stream: float       # bytes/s, read or written, by one thread

    def of_ranks(self, ranks: int) -> "Speed":
        """What is left to each of several processes on the same cores."""
        return Speed(self.products / ranks, self.stream / ranks)


def measured_speed(backend: str, device, anew: bool = False) -> Speed:
    """The speeds of a package here, from the file of earlier measurements or measured now.

    Parameters
    ----------
    device : DeviceConfig
    anew
        Measure again, whatever was kept.
    """
    if not anew and (found := kept_speed(backend, device)):
        return found
    speed = Speed(product_speed(backend, device), stream_speed())
    keep(backend, device, speed)
    return speed


def kept_speed(backend: str, device) -> Speed | None:
    """What was measured before under the same settings, None if nothing was."""
    found = all_kept().get(key(backend, device))
    return Speed(*found) if found else None


def product_speed(backend: str, device) -> float:
    """FLOP/s of the package's large products."""
    from dataclasses import replace

    from ..architectures.kinds import small_model
    from ..configs.training_config import TrainingConfig
    from ..models.initialisation import initial_parameters

    nothing = replace(small_model(), vocab_size=1, context_length=1, d_model=1, n_heads=1,
                      n_layers=1)
    package = implementation(backend)
    device = replace(device, ranks=1, strategy="ddp", tensor_parallel=1)
    learner = package.pretraining_learner(
        nothing, TrainingConfig(), device, initial_parameters(nothing, 0))
    return max(package.peak_flops(learner) for _ in range(REPEATS))


def stream_speed() -> float:
    """Bytes/s of c = a + b, far larger than any cache."""
    a, b = np.ones(ELEMENTS, np.float32), np.ones(ELEMENTS, np.float32)
    c = np.empty_like(a)
    best = float("inf")
    for _ in range(REPEATS):
        began = time.perf_counter()
        np.add(a, b, out=c)
        best = min(best, time.perf_counter() - began)
    return 3 * a.nbytes / best


# -- the file -----------------------------------------------------------------

def key(backend: str, device) -> str:
    """All that a speed depends on."""
    threads = device.threads or os.environ.get("OMP_NUM_THREADS") or os.cpu_count()
    return f"{backend}, {device.device}, {device.precision}, {threads} threads, {processor()}"


def processor() -> str:
    """The processor's name; where nothing says it, its kind."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
        return next(line.split(": ")[1] for line in lines if line.startswith("model name"))
    except (OSError, StopIteration, IndexError):
        return platform.processor() or platform.machine()


def file() -> Path:
    return data_folder() / "speed.json"


def all_kept() -> dict[str, list[float]]:
    try:
        return read_json(file())
    except (OSError, DamagedFile):
        return {}       # it is measured again


def keep(backend: str, device, speed: Speed) -> None:
    """Add to the file; where nothing can be written, it is measured again next time."""
    content = all_kept() | {key(backend, device): list(speed)}
    draft = file().with_name(f"speed-{os.getpid()}.json")
    try:
        draft.parent.mkdir(parents=True, exist_ok=True)
        write_json(draft, content)
        draft.replace(file())
    except OSError:
        draft.unlink(missing_ok=True)
