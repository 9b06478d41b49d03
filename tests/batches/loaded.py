"""What the batches of an order hold, read by the reference."""
from numpy_impl.text.loader import create_loader
from numpy_impl.text.windows import SlidingWindows


def next_batch(batches):
    """-> inputs (B, T), targets (B, T)"""
    windows = SlidingWindows(batches.tokens, batches.max_length, batches.spacing)
    return windows.__getitems__(batches.next_indices())


def epoch(batches):
    """The batches that are left of this epoch."""
    return [(inputs, targets) for inputs, targets, _ in create_loader(batches, forever=False)]
