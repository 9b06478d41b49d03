"""Why two modules may part: what of them differs, and what explains it.

Each cause is tried on the arrays themselves; what does not explain the numbers
is not named.
"""
import numpy as np

from ..backend import implementation
from .comparing import Row
from .subject import as_array, is_torch, turned

__all__ = ["causes"]

ACTIVATIONS = {"gelu": "GELU by tanh", "gelu_exact": "GELU by erf", "relu": "ReLU",
               "silu": "SiLU"}
EQUAL = 1e-6            # relative: these are formulas, not roundings
PLAIN = (bool, int, float, str, type(None))
LEFT_OUT = {"training", "call_super_init", "dump_patches", "inplace"}


def causes(rows: list[Row], index: int, other_calls) -> list[str]:
    """Sentences on the row that parts first, the likeliest first.

    other_calls : list of Seen
        All calls of B, in which A's output may be found elsewhere.
    """
    a, b = rows[index].calls
    if rows[index].of_input > 1:
        return [*activations(rows, index), *settings_around(rows, a),
                *same_numbers(a.x, b.x, "what goes in")]
    found = [*weights(a, b), *settings(a, b), *same_numbers(a.y, b.y, "what comes out")]
    if not found and a.x is not None and b.x is not None:
        found = [*named_activations(a.x, a.y, b.y)]
    found += [f"B computes A's output of {a.path} in {call.path}" for call in other_calls
              if call.path != b.path and close(a.y, call.y)][:1]
    return found or ["its input, its weights and its settings are the same: its formula differs"]


def weights(a, b):
    """What makes the weights of one those of the other."""
    ours, theirs = (own_arrays(call) for call in (a, b))
    for name, array in ours.items():
        other = theirs.get(name)
        if other is None:
            yield f"{name} is in A alone"
        elif array.shape != other.shape:
            yield f"{name} is {array.shape} in A and {other.shape} in B"
        elif not np.array_equal(array, other):
            yield f"{name} differs{how(array, other)}"
    yield from (f"{name} is in B alone" for name in theirs if name not in ours)


def how(a, b) -> str:
    if a.ndim == 2 and a.shape[0] == a.shape[1] and close(a, b.T):
        return ": B's is A's, transposed"
    if a.ndim == 2:
        rows = np.flatnonzero((a != b).any(1))
        if len(rows) > 1 and close(*(array[np.lexsort(array.T)] for array in (a, b))):
            return (f": B has A's rows in another order (rows {rows[0]} to {rows[-1]}), as "
                    "where queries and keys, or the halves and pairs of rotary positions, are "
                    "taken for each other")
        if len(rows) < len(a):
            return f" in {len(rows)} of {len(a)} rows, the first is {rows[0]}"
    if close(a, -b):
        return ": B's is A's with the other sign"
    return f", by {np.abs(a - b).max():.2g} at most"


def settings(a, b):
    """Attributes of the same name that differ, such as eps or p."""
    ours, theirs = vars(a.module), vars(b.module)
    for name, value in ours.items():
        if name.startswith("_") or name in LEFT_OUT or name not in theirs:
            continue
        both = value, theirs[name]
        if all(isinstance(each, PLAIN) for each in both) and both[0] != both[1]:
            yield f"{name} is {both[0]!r} in A and {both[1]!r} in B"


def settings_around(rows, a):
    """The same of the nearest module around this call."""
    for row in rows:
        call, other = row.calls
        if call.path == a.path.rpartition(".")[0]:
            yield from settings(call, other)
            return


def activations(rows, index):
    """Whether the last output of this shape went through two activations."""
    a, b = rows[index].calls
    for row in reversed(rows[:index]):
        if row.calls[0].y.size == a.x.size:
            yield from named_activations(row.calls[0].y.reshape(a.x.shape), a.x, b.x)
            return


def named_activations(x, ours, theirs):
    """Which activations make these of x, if two known ones do."""
    package = implementation("numpy")
    named = [next((words for name, words in ACTIVATIONS.items()
                   if close(getattr(package, name)(x), y)), None) for y in (ours, theirs)]
    if all(named):
        yield f"A has {named[0]} there, B {named[1]}"


def same_numbers(a, b, what):
    """Whether only the order along the last axis differs."""
    if a.ndim and a.size == b.size and not close(a, b) and close(
            np.sort(a, -1), np.sort(b.reshape(a.shape), -1)):
        yield f"{what} has the same numbers in another order along its last axis"


def own_arrays(call) -> dict[str, np.ndarray]:
    """{attribute: array} of one module, buffers too; matrices (outputs, inputs)"""
    module = call.module
    if is_torch(module):
        named = (*module.named_parameters(recurse=False), *module.named_buffers(recurse=False))
        return {name: turned(module, name, as_array(array)) for name, array in named}
    return {name: np.asarray(getattr(module, name)) for name in getattr(module, "grads", {})}


def close(a, b) -> bool:
    """Equal but for rounding, whatever the precision."""
    if np.size(a) != np.size(b) or not np.size(a):
        return False
    b = np.reshape(b, np.shape(a))
    return bool(np.abs(a - b).max() <= EQUAL * np.abs(a).max())
