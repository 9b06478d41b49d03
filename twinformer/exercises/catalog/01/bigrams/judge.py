"""Short texts of few tokens, counted one by one."""
import numpy as np


def case(source):
    V = source.size(4)
    return {"tokens": source.ids((source.whole(2, 4 + 2 * source.cap),), V), "V": V}


def truth(tokens, V):
    counts = [[1.0] * V for _ in range(V)]
    for a, b in zip(tokens.tolist(), tokens.tolist()[1:]):
        counts[a][b] += 1
    return np.array([[n / sum(row) for n in row] for row in counts])
