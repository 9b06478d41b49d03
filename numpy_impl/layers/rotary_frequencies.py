"""How fast each pair of features turns in rotary positions: the pairs are the
hands of a clock, from one radian a token to one turn in a whole book.

A model that was trained on short texts is made to read longer ones by slowing
its slow hands down, as only those meet angles they have never seen.

Shapes: R rotated features, that is R / 2 pairs.
"""
import math

import numpy as np

from twinformer.checks import check_sizes

__all__ = ["rotary_frequencies", "llama3_frequencies", "yarn_frequencies",
           "yarn_attention_factor"]


def rotary_frequencies(dim: int, theta: float = 10000.0):
    """(R/2,) radians a token, float64: theta^(-2i/R) for pair i

    Su et al. 2021 (arXiv:2104.09864), section 3.3.

    Raises
    ------
    ValueError
        If dim is odd: features are turned in pairs.
    """
    check_sizes(dim=dim)
    if dim % 2:
        raise ValueError(f"rotary positions turn features in pairs: expected "
                         f"an even width, got {dim}")
    pair = np.arange(0, dim, 2, dtype=np.float64)          # (R/2,)
    return theta ** (-pair / dim)


def llama3_frequencies(frequencies, factor: float, low_factor: float,
                       high_factor: float, original_length: int):
    """Slow hands down by `factor`, keep the fast ones, blend in between

    A hand that turns at least high_factor times within original_length
    tokens is fast, one that turns at most low_factor times is slow. Llama 3.1
    (Grattafiori et al. 2024, arXiv:2407.21783; the rule is in Meta's code).
    """
    turns = original_length * frequencies / (2 * math.pi)  # (R/2,)
    share = (turns - low_factor) / (high_factor - low_factor)
    share = np.clip(share, 0, 1)  # 1: as it was, 0: slowed down
    return share * frequencies + (1 - share) * frequencies / factor


def yarn_frequencies(frequencies, theta: float, factor: float,
                     original_length: int, fast: float = 32.0,
                     slow: float = 1.0, truncate: bool = True):
    """The same by the number of the pair instead of its speed

    The pairs that turn `fast` and `slow` times within original_length tokens
    are the ends of the blend. Peng et al. 2023 (arXiv:2309.00071), eq. 19-21;
    truncate rounds the two ends outwards, as all but gpt-oss do.
    """
    pairs = len(frequencies)

    def pair_that_turns(times):
        turns = original_length / (times * 2 * math.pi)
        return pairs * math.log(turns) / math.log(theta)

    first, last = pair_that_turns(fast), pair_that_turns(slow)
    if truncate:
        first, last = math.floor(first), math.ceil(last)
    first, last = max(first, 0), min(last, 2 * pairs - 1)
    last += 0.001 * (first == last)  # a step has no width to divide by
    pair = np.arange(pairs)                                # (R/2,)
    share = 1 - (pair - first) / (last - first)
    share = np.clip(share, 0, 1)  # 1: as it was, 0: slowed down
    return share * frequencies + (1 - share) * frequencies / factor


def yarn_attention_factor(factor: float) -> float:
    """By how much YaRN lengthens queries and keys: longer texts have more
    keys, and softmax over more of them would be flatter. Eq. 22."""
    return 0.1 * math.log(factor) + 1 if factor > 1 else 1.0
