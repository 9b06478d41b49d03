"""How ranks share a model: which of the files beside this one is asked."""
import contextlib

import torch

from twinformer.ranks import ALONE

from .data_parallel import DataParallel
from .fully_sharded import FullySharded
from .tensor_parallel import split_matrices

__all__ = ["OneProcess", "strategy_of"]


class OneProcess:
    """A model that is nobody else's."""

    def prepare(self, model, loss, compiled: bool):
        """The loss function to call."""
        return torch.compile(loss) if compiled else loss

    def communicating(self, last: bool):
        """Around a microbatch: there is nobody to tell."""
        return contextlib.nullcontext()


class SharedMatrices:
    """Tensor parallelism, and then what is done with the data."""

    def __init__(self, ranks, then):
        self.ranks, self.then = ranks, then

    def prepare(self, model, loss, compiled: bool):
        """The loss function to call, of a model that is cut."""
        split_matrices(model, self.ranks.mesh["tensor"])
        return self.then.prepare(model, loss, compiled)

    def communicating(self, last: bool):
        """Around a microbatch."""
        return self.then.communicating(last)


def strategy_of(config, ranks, precision):
    """What prepares a model, and stands around each microbatch.

    config : DeviceConfig
    ranks : the current_ranks()
    precision : torch.dtype of the matrix products

    Raises
    ------
    ValueError
        If weights are to be divided where no ranks have met.
    """
    asked = config.tensor_parallel > 1 or config.strategy != "ddp"
    if ranks is ALONE:
        if asked:
            raise ValueError(
                "device.strategy and device.tensor_parallel are for ranks: "
                "call join_ranks(device) first, as twinformer train does")
        return OneProcess()
    if config.strategy != "ddp":
        strategy = FullySharded(ranks, precision)
    elif config.tensor_parallel == ranks.size:
        strategy = OneProcess()
    else:
        strategy = DataParallel(ranks)
    if config.tensor_parallel > 1:
        strategy = SharedMatrices(ranks, strategy)
    return strategy
