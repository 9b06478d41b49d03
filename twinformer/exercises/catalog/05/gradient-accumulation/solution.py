"""The gradient of a batch that is run in parts."""


def gradient_of_sum(w, x, y):
    """w (D,), x (N, D), y (N,) -> (D,), of the sum of half the squares; given"""
    return x.T @ (x @ w - y)


def accumulated(w, parts):
    """w (D,), parts: a list of (x, y) -> (D,), of the mean over all rows"""
    # <answer>
    total = sum(gradient_of_sum(w, x, y) for x, y in parts)
    rows = sum(len(x) for x, _ in parts)
    return total / rows
    # </answer>
