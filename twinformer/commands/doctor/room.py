"""How much memory and disk there is for a run."""
import os
import shutil
from pathlib import Path

from ...estimate.room import memory_bytes
from .finding import Finding

__all__ = ["GIB", "disk", "memory"]

GIB = 1 << 30
NEEDED_MEMORY, NEEDED_DISK = 1 * GIB, 1 * GIB  # of a `twinformer train` run


def memory() -> Finding:
    free, total = memory_bytes()
    if free is None or total is None:
        return Finding("memory", "free memory unknown", "missing",
                       "pip install psutil to see it here")
    what = f"{free / GIB:.1f} of {total / GIB:.1f} GiB free"
    if free < NEEDED_MEMORY:
        return Finding("memory", what, "problem", "close other programs, or train a smaller "
                       "model: --model.d_model 64 --training.batch_size 4")
    return Finding("memory", what)


def disk() -> Finding:
    usage = shutil.disk_usage(Path.cwd())
    what = f"{usage.free / GIB:.1f} of {usage.total / GIB:.1f} GiB free in {Path.cwd()}"
    if usage.free < NEEDED_DISK:
        return Finding("disk", what, "problem", "make room, or keep runs elsewhere: "
                       "twinformer train --folder PATH")
    if not os.access(Path.cwd(), os.W_OK):
        return Finding("disk", f"{Path.cwd()} cannot be written to", "missing",
                       "keep runs elsewhere: twinformer train --folder PATH")
    return Finding("disk", what)
