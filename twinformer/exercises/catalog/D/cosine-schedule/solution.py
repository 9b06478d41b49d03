"""The learning rate of each step."""
import math


def learning_rate(step, warmup, last, peak, least):
    """step from 0; warmup below last -> the rate, a number"""
    # <answer>
    if step < warmup:
        return peak * step / warmup
    if step >= last:
        return least
    progress = (step - warmup) / (last - warmup)
    return least + (1 + math.cos(math.pi * progress)) / 2 * (peak - least)
    # </answer>
