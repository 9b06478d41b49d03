"""Prefetching changes when a batch is read, not what is in it."""
import threading

import numpy as np
import pytest
import torch

from twinformer.batches.batches import Batches
from torch_impl.text.loader import prefetch

from .samples import error_of

DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.skipif(
    not torch.cuda.is_available(), reason="needs a GPU"))]


@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("depth, workers", [(1, 1), (2, 1), (5, 1), (1, 2), (2, 7)])
def test_batches_and_states_are_those_of_the_reader(device, depth, workers):
    tokens = np.arange(200, dtype=np.uint16)
    plain = Batches(tokens, 4, 8)
    ahead = prefetch(Batches(tokens, 4, 8), device, depth, workers=workers)
    for _ in range(3 * len(plain)):
        inputs, targets = plain.next_batch()
        item = next(ahead)
        assert item.inputs.dtype == item.targets.dtype == torch.int64
        assert item.inputs.device.type == device
        np.testing.assert_array_equal(item.inputs.cpu(), inputs)
        np.testing.assert_array_equal(item.targets.cpu(), targets)
        assert item.state == plain.state_dict()     # of what was consumed
    ahead.close()
    assert not any(t.name == "prefetch" for t in threading.enumerate())


@pytest.mark.parametrize("workers", [1, 3, 50])
def test_one_epoch_ends(workers):
    batches = Batches(np.arange(100), 3, 8)
    items = list(prefetch(batches, "cpu", forever=False, workers=workers))
    assert len(items) == len(batches)
    assert batches.epoch == 1
    assert not any(t.name == "prefetch" for t in threading.enumerate())


def test_an_error_of_the_reader_reaches_the_consumer():
    class Broken(Batches):
        def next_batch(self):
            if self.position:
                raise OSError("the disk is gone")
            return super().next_batch()
    ahead = prefetch(Broken(np.arange(100), 3, 8), "cpu")
    next(ahead)
    with pytest.raises(OSError, match="disk is gone"):
        next(ahead)
    assert "depth" in error_of(next, prefetch(Batches(np.arange(100), 3, 8), "cpu", 0))
