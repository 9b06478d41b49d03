"""What a layer may be asked for: mistakes named where they are made, before
they come up as shapes that do not fit somewhere else."""
import operator
from collections.abc import Iterable

__all__ = ["ACTIVATIONS", "check_activation", "check_choice", "check_expert_groups",
           "check_groups", "check_heads", "check_kv_heads", "check_lengths", "check_pairs",
           "check_positions", "check_rate", "check_segments", "check_sizes", "check_top_k",
           "check_visibility"]


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


ACTIVATIONS = ("relu", "gelu", "gelu_exact", "silu")


def check_activation(name: str) -> None:
    """ValueError unless there is an activation of that name."""
    check_choice("activation", name, ACTIVATIONS)


def check_choice(name: str, value: str, choices: Iterable[str]) -> None:
    """ValueError unless the value is one of the choices."""
    if value not in (known := list(choices)):
        raise ValueError(f"{name} must be one of {', '.join(known)}, got {value!r}")


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


def check_top_k(k: int, E: int) -> None:
    """ValueError unless k of E experts can be chosen."""
    if not 1 <= k <= E:
        raise ValueError(f"each token goes to some of the experts: expected 1 to {E} "
                         f"of these {E}, got {k}")


def check_expert_groups(k: int, E: int, groups: int, kept_groups: int) -> None:
    """ValueError unless k of E experts can be chosen from the kept groups."""
    if groups < 1 or E % groups:
        raise ValueError(f"all groups have the same number of experts: {groups} groups "
                         f"do not divide {E}")
    if not 1 <= kept_groups <= groups:
        raise ValueError(f"some of the groups are kept: expected 1 to {groups}, got "
                         f"{kept_groups}")
    if kept_groups * E // groups < k:
        raise ValueError(f"{kept_groups} groups of {E // groups} experts are too few to "
                         f"choose {k} experts from: keep more groups")


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


def check_segments(segments, shape: tuple[int, ...], n_segments: int) -> None:
    """ValueError unless there is one segment, of those known, for each id."""
    if tuple(segments.shape) != tuple(shape):
        raise ValueError(f"segments must have the shape of the token ids, {tuple(shape)}, "
                         f"got {tuple(segments.shape)}")
    if 0 in shape:
        return
    first, last = int(segments.min()), int(segments.max())
    if not 0 <= first <= last < n_segments:
        raise ValueError(f"segments must lie in 0..{n_segments - 1}, got {first}..{last}; a "
                         f"larger n_segments makes more of them")


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


def check_groups(q_shape, k_shape) -> None:
    """ValueError unless every key head serves as many query heads."""
    if q_shape[:-2] == k_shape[:-2]:
        return
    H = q_shape[-3] if len(q_shape) > 2 else 0
    G = k_shape[-3] if len(k_shape) > 2 else 0
    if q_shape[:-3] != k_shape[:-3] or H == 0 or G == 0 or H % G:
        raise ValueError(
            f"every head of keys serves an equal number of query heads: expected q "
            f"(..., H, T, K) and k (..., G, S, K) with G dividing H, got {tuple(q_shape)} "
            f"and {tuple(k_shape)}")


def check_visibility(q_shape, k_shape, sinks, window, documents) -> None:
    """ValueError unless these are what flash_attention takes."""
    check_groups(q_shape, k_shape)
    (B, H, T, _), (_, _, S, _) = q_shape, k_shape
    check_lengths(T, S)
    if window is not None:
        check_sizes(window=window)
    if sinks is not None and tuple(sinks.shape) != (H,):
        raise ValueError(f"sinks: expected one number for each of the {H} query heads, "
                         f"got shape {tuple(sinks.shape)}")
    if documents is not None and tuple(documents.shape) != (B, S):
        raise ValueError(f"documents: expected a number for every key, {(B, S)}, "
                         f"got shape {tuple(documents.shape)}")
