"""Row-wise mathematics on all cores, a slice of rows at a time.

NumPy evaluates a formula one operation after the other, each over the whole
array and on one core. The same formula over a slice of the rows finds its
temporaries in the core's cache, and since NumPy releases the interpreter lock
inside its loops, several slices run at once. Only what is not a matrix product
needs this: BLAS does the same to those by itself.

The slices depend on the shape alone, and on whether a job asks for them, never
on the number of cores; sums over rows are added up slice by slice in order:
the result has the same bits however many cores there are.
"""
import contextlib
import contextvars
import functools
import math
import os
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from threadpoolctl import ThreadpoolController

__all__ = ["SLICE", "by_rows", "equal_slices", "on_each_core",
           "one_blas_thread", "over_heads", "over_rows", "run_all",
           "set_num_threads", "set_row_threads"]

# Elements in a slice, 1 MiB of float32. Smaller ones stay in faster caches but
# take the interpreter lock more often: a quarter of this runs half as fast.
SLICE = 1 << 18
NESTED = 2  # times as many within a job, where the other cores are busy


class Workers:
    """The threads, started when first needed: one for each core."""
    executor = None
    here = threading.local()

    @classmethod
    def begin(cls):
        cls.here.working = True

    @classmethod
    def am_one(cls):
        return getattr(cls.here, "working", False)


def set_num_threads(count):
    """Use this many threads from now on, in matrix products as well."""
    set_row_threads(count)
    blas().limit(limits=count)


def set_row_threads(count):
    """Use this many threads for row-wise mathematics from now on."""
    Workers.executor = ThreadPoolExecutor(count, "rows", Workers.begin)


def run_all(job, arguments):
    """[job(a) for a in arguments], on all cores, the results in order.

    Within a job as well: then on the job's own core, the others being busy.
    np.errstate and other context variables are the caller's.
    """
    if Workers.am_one():
        return [job(argument) for argument in arguments]
    if Workers.executor is None:
        set_row_threads(getattr(os, "process_cpu_count", os.cpu_count)())

    def begun(context, argument):
        return context.run(job, argument)
    arguments = list(arguments)
    contexts = [contextvars.copy_context() for _ in arguments]
    return list(Workers.executor.map(begun, contexts, arguments))


@functools.cache
def blas():
    return ThreadpoolController().select(user_api="blas")


class Limit:
    """How many ask for a single BLAS thread; the last one gives the others
    back. All of a process's threads share the number: two that generate at
    the same time would else take each other's 1 for what there was before."""
    lock = threading.Lock()
    asking = 0
    limited = None


@contextlib.contextmanager
def one_blas_thread():
    """A context in which a matrix product stays on the core that calls it.

    Put it around run_all: the cores are busy already, each with its slice.
    """
    if Workers.am_one():
        yield
        return
    with Limit.lock:
        if Limit.asking == 0:
            Limit.limited = blas().limit(limits=1)
        Limit.asking += 1
    try:
        yield
    finally:
        with Limit.lock:
            Limit.asking -= 1
            if Limit.asking == 0:
                Limit.limited.restore_original_limits()


def on_each_core(f, *arguments):
    """[f(*a) for a in zip(*arguments)], the results in order; each call has a
    core to itself. A single one has them all."""
    calls = list(zip(*arguments, strict=True))
    if len(calls) == 1:
        return [f(*calls[0])]
    with one_blas_thread():
        return run_all(lambda call: f(*call), calls)


def slice_size():
    """Elements in a slice; within a job there is nobody to share them with,
    and whoever asks for the lock less often holds up the others less."""
    return SLICE * NESTED if Workers.am_one() else SLICE


def equal_slices(n, most):
    """0 ... n in slices of `most` or fewer that differ by no more than one.
    Of several there is an even number, as of most machines' cores, or n."""
    count = max(1, math.ceil(n / max(1, most)))
    if count > 1:
        count = min(n, count + count % 2)
    return [slice(n * i // count, n * (i + 1) // count) for i in range(count)]


class Joined:
    """Parts of a result, put where they belong by those who computed them.

    leading : the first axes of the whole result, which are in parts
    """

    def __init__(self, *leading):
        self.leading = leading
        self.wholes = {}
        self.lock = threading.Lock()

    def put(self, place, parts):
        """An array or a tuple of them -> each with all its parts, in the end.
        Numbers and 1-D arrays are sums over what is in the part: as they are.
        """
        if isinstance(parts, tuple):
            return tuple(self.put_one(number, place, part)
                         for number, part in enumerate(parts))
        return self.put_one(0, place, parts)

    def put_one(self, number, place, part):
        if part.ndim < 2:
            return part
        with self.lock:
            if number not in self.wholes:
                shape = *self.leading, *part.shape[len(self.leading):]
                self.wholes[number] = np.empty(shape, part.dtype)
        whole = self.wholes[number]
        if whole[place].shape != part.shape:
            raise ValueError(f"a part has the shape {part.shape}, expected "
                             f"{whole[place].shape}: what it was made of")
        whole[place] = part
        return whole


def by_rows(f, *rows, whole=()):
    """f(*rows, *whole), slice by slice.

    `rows` are arrays with one row per position, (..., D). They are flattened
    to (N, D) and sliced together; `whole` is passed whole. f returns an array
    or a tuple of them: 2-D arrays are rows, and are joined again; 1-D arrays
    are sums over a slice's rows, and are added up.
    """
    leading = rows[0].shape[:-1]
    n, width = math.prod(leading), rows[0].shape[-1]
    rows = [array.reshape(n, array.shape[-1]) for array in rows]
    slices = equal_slices(n, slice_size() // max(1, width))
    if len(slices) == 1:
        return restore(f(*rows, *whole), leading)
    joined = Joined(n)

    def job(here):
        return joined.put(here, f(*(array[here] for array in rows), *whole))
    return restore(total(run_all(job, slices)), leading)


def over_rows(count):
    """Decorate f, whose first `count` arguments are rows, to run by_rows."""
    def decorate(f):
        @functools.wraps(f)
        def sliced(*arguments):
            return by_rows(f, *arguments[:count], whole=arguments[count:])
        return sliced
    return decorate


def total(results):
    """All slices' results as one: rows are joined, sums are added up."""
    first = results[0]
    if isinstance(first, tuple):
        return tuple(total(each) for each in zip(*results, strict=True))
    return first if first.ndim == 2 else sum(results)


def restore(result, leading):
    """Give rows (N, D) their leading axes back: (..., D)."""
    if isinstance(result, tuple):
        return tuple(restore(array, leading) for array in result)
    rows = result.ndim == 2
    return result.reshape(*leading, result.shape[1]) if rows else result


def over_heads(f, arrays, size, *whole):
    """f(*arrays, *whole) on groups of heads, on all cores, joined again.

    arrays : (B, H, ...); an axis of length 1 serves all, and None is passed
    on. f works on `size` numbers of a head at a time, and returns a tuple of
    such arrays.
    Where the heads of a sequence are too little work, a group has those of
    several: at T = 64 that takes a third off the time of attention.
    """
    B, H = arrays[0].shape[:2]
    most = max(1, slice_size() // size)
    groups = [(b, h) for b in equal_slices(B, most // H)
              for h in equal_slices(H, most)]
    if len(groups) == 1:  # one token of a text that is being generated
        return f(*arrays, *whole)
    joined = Joined(B, H)

    def job(group):
        return joined.put(
            group, f(*(part_of(array, group) for array in arrays), *whole))
    with one_blas_thread():
        return run_all(job, groups)[0]


def part_of(array, group):
    """What a group of heads needs of an array; what all share, as it is."""
    if array is None:
        return None
    return array[tuple(slice(None) if length == 1 else here
                       for length, here in zip(array.shape, group))]
