"""Windows -> endless batches, in an order that a seed fixes.

An optimizer wants examples in random order, every one as often as the others,
and a run that was stopped must go on as if nothing had happened. Which
windows a batch takes is decided in twinformer/batches; here they are read.

Shapes: B batch, T max_length.
"""
from .windows import SlidingWindows

__all__ = ["create_loader"]


def create_loader(batches, device="cpu", forever=True):
    """Yield inputs (B, T), targets (B, T) and where the stream then stands.

    Source: Raschka, Build a Large Language Model (From Scratch), section 2.6,
    create_dataloader_v1.

    Parameters
    ----------
    batches : Batches
        The order: it belongs to the loader, which may run ahead. To go on
        later, load the state that came with the last batch used.
    device : str
        Where the batches shall be: here "cpu".
    forever : bool
        Go on into the next epoch, or stop at the end of this one.
    """
    if device != "cpu":
        raise ValueError("the numpy backend computes on the CPU, so its "
                         f"batches cannot be put on {device!r}")
    windows = SlidingWindows(batches.tokens, batches.max_length,
                             batches.spacing)
    for indices, state in batches.stream(forever):          # (B,)
        inputs, targets = windows.__getitems__(indices)     # (B, T), (B, T)
        yield inputs, targets, state
