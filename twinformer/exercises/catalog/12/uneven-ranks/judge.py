"""Ranks with more and with fewer real tokens, each with at least one."""
import numpy as np


def case(source):
    D, ranks = source.size(3), []
    for _ in range(source.size(3)):
        n = source.size(4)
        real = source.mask((n,))
        real[0] = True
        ranks.append((source.numbers((n, D)), real))
    return {"ranks": ranks}


def truth(ranks):
    gradients, real = (np.concatenate(one) for one in zip(*ranks))
    return gradients[real].mean(0)
