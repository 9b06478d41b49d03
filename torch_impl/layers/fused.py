"""Whether the twin calls torch's fused kernels or spells out every step.

The spelled-out steps are what one reads beside the NumPy; the fused kernels
are what one trains with. Both are under parity.
"""
from contextlib import contextmanager

__all__ = ["check_masks", "fused", "spelled_out"]


class Choice:
    fused = True


def fused() -> bool:
    """True where a layer should call the fused kernel."""
    return Choice.fused


@contextmanager
def spelled_out():
    """A context in which every layer takes its spelled-out branch.

    There, dropout inside attention needs keep-masks to be handed in.
    """
    before, Choice.fused = Choice.fused, False
    try:
        yield
    finally:
        Choice.fused = before


def check_masks(rate, keep=None) -> None:
    """ValueError where attention shall drop weights, but has no masks to."""
    if rate and keep is None:
        raise ValueError(
            "dropout inside attention has no masks to draw when every step is "
            "spelled out: hand in Context(keep=KeepMasks(seed)), call "
            "model.eval(), or leave spelled_out()")
