"""Every step of training, and every long prompt, allocates the same arrays, hundreds
of megabytes, and frees them again. By default the C library hands them back to the operating
system each time, which then clears every page anew for the next one.
"""
import ctypes
import functools

__all__ = ["keep_freed_memory"]

M_TRIM_THRESHOLD, M_MMAP_MAX = -1, -4  # malloc.h of the GNU C library


@functools.cache
def keep_freed_memory() -> bool:
    """Keep freed memory in the process, for the next step to use again.

    Returns whether the C library could be told so; only GNU's (Linux) can.
    The process grows no larger than its largest step, but does not shrink.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (AttributeError, OSError, TypeError):
        return False
    return bool(mallopt(M_MMAP_MAX, 0) and mallopt(M_TRIM_THRESHOLD, -1))
