"""Warm-up, stable, decay: the factor of the learning rate."""


def wsd(step, warmup, last, share):
    """step from 0; warmup below last; share in (0, 1] -> 0..1"""
    # <answer>
    if step < warmup:
        return step / warmup
    if step >= last:
        return 0.0
    start = max(warmup, (1 - share) * last)
    return 1 - max(0.0, (step - start) / (last - start))
    # </answer>
