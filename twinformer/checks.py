"""What a layer may be asked for: mistakes named where they are made, before
they come up as shapes that do not fit somewhere else."""
import operator

__all__ = ["check_heads", "check_kv_heads", "check_lengths", "check_pairs", "check_positions",
           "check_rate", "check_sizes"]


def check_sizes(**sizes: int) -> None:
    """TypeError, ValueError unless each is a whole number from 1."""
    for name, size in sizes.items():
        try:
            whole = operator.index(size)
        except TypeError:
            raise TypeError(f"{name} must be a whole number, got "
                            f"{size!r}") from None
        if whole < 1:
            raise ValueError(f"{name} must be at least 1, got {whole}")


def check_rate(rate: float) -> None:
    """ValueError unless 0 <= rate < 1."""
    if not 0 <= rate < 1:
        raise ValueError(f"dropout leaves out a share of the activations: "
                         f"expected a rate in [0, 1), got {rate}")


def check_heads(d_model: int, n_heads: int) -> None:
    """ValueError unless n_heads divides d_model."""
    check_sizes(d_model=d_model, n_heads=n_heads)
    if d_model % n_heads:
        raise ValueError(f"every head takes an equal share of the width: "
                         f"{n_heads} heads do not divide {d_model}")


def check_positions(positions, length: int) -> None:
    """ValueError unless all positions, a slice or an array, have a vector."""
    if isinstance(positions, slice):
        first, last = positions.start, positions.stop - 1
    elif 0 in positions.shape:
        return  # no sequence, no position
    else:
        first, last = int(positions.min()), int(positions.max())
    if not 0 <= first <= last + 1 <= length:
        raise ValueError(f"there are vectors for positions 0 to {length - 1}, "
                         f"got positions {first} to {last}; a "
                         f"longer context_length makes more of them")


def check_lengths(T, S):
    if T > S:
        raise ValueError(f"causal attention needs a key for every query: got "
                         f"{T} queries and {S} keys; attention() takes a mask "
                         f"in which rows may be empty")


def check_kv_heads(n_heads: int, n_kv_heads: int) -> None:
    """ValueError unless every key/value head serves equally many heads."""
    check_sizes(n_heads=n_heads, n_kv_heads=n_kv_heads)
    if n_heads % n_kv_heads:
        raise ValueError(f"every key/value head serves equally many query heads: {n_kv_heads} "
                         f"do not divide {n_heads}")


def check_pairs(R: int, K: int) -> None:
    """ValueError unless R features, in pairs, can be turned in a head of K."""
    if R > K:
        raise ValueError(f"there are angles for {R} features, and a head has {K}; make the "
                         f"frequencies for dim = {K} or fewer")
