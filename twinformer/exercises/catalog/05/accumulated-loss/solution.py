"""The loss of a batch that was run in parts."""


def mean_loss(parts):
    """The mean over all real tokens of all parts

    parts: a list of (losses (N,), real (N,) bool), at least one token real in each
    """
    total, count = 0.0, 0
    for losses, real in parts:
        total += (losses * real).sum()
        count += real.sum()
    return total / count
