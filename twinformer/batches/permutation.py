"""A shuffle that is computed where it is needed, and never stored.

A list of all positions of a large corpus in random order would not fit into
memory. A Feistel network is a one-to-one map of numbers of 2h bits: it cuts
a number in two halves and adds to each, in turns, a hash of the other.

    left, right = right, left ^ hash(right, key)        once a round

Numbers below n that it maps to n or above go through it again until they
are below ("cycle walking"), so that it permutes 0..n-1. Source: Black and
Rogaway (2002), "Ciphers with arbitrary finite domains", method 2.

Shapes: B positions.
"""
import numpy as np

__all__ = ["permuted"]

ROUNDS = 6


def permuted(positions: np.ndarray, n: int, *seed: int) -> np.ndarray:
    """Where a random permutation of range(n) takes each position

    Parameters
    ----------
    positions : (B,) integers in 0..n-1
    n : int
        At most 2**62.
    seed : int
        Any integers from 0 on; equal seeds, equal permutation, on every
        machine.

    Returns
    -------
    (B,) int64
    """
    if n < 1 or (len(positions) and (
            np.min(positions) < 0 or np.max(positions) >= n)):
        raise ValueError(f"positions must be in 0..{n - 1}")
    half = np.uint64(max(1, -(-(n - 1).bit_length() // 2)))
    keys = np.random.PCG64(seed).random_raw(ROUNDS)     # (ROUNDS,) uint64
    mapped = feistel(np.asarray(positions).astype(np.uint64), half, keys)
    while (outside := mapped >= n).any():
        mapped[outside] = feistel(mapped[outside], half, keys)
    return mapped.astype(np.int64)


def feistel(numbers: np.ndarray, half: np.uint64,
            keys: np.ndarray) -> np.ndarray:
    """(B,) uint64 of 2 * half bits -> (B,) uint64 of as many"""
    mask = (np.uint64(1) << half) - np.uint64(1)
    left, right = numbers >> half, numbers & mask
    for key in keys:
        left, right = right, left ^ (mixed(right ^ key) & mask)
    return left << half | right


def mixed(numbers: np.ndarray) -> np.ndarray:
    """Every bit depends on every bit: the finaliser of SplitMix64."""
    with np.errstate(over="ignore"):
        z = numbers * np.uint64(0x9E3779B97F4A7C15)
        z = (z ^ z >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ z >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return z ^ z >> np.uint64(31)
