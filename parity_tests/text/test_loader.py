"""Both loaders give the same batches in the same order, whoever reads them."""
import json
import threading
from itertools import islice

import numpy as np
import pytest
import torch
from hypothesis import assume, example, given, strategies as st

import numpy_impl.text.loader as ours
import torch_impl.text.loader as theirs
from twinformer.batches.batches import Batches
from twinformer.batches.window_order import ORDERS

from .samples import error_of
from .test_windows import corpora

DEVICES = ["cpu", pytest.param("cuda", marks=pytest.mark.skipif(
    not torch.cuda.is_available(), reason="needs a GPU"))]


def assert_same(one, other):
    """Two (inputs, targets, state)"""
    np.testing.assert_array_equal(one[0], other[0].cpu())
    np.testing.assert_array_equal(one[1], other[1].cpu())
    assert other[0].dtype == other[1].dtype == torch.int64
    assert one[2] == other[2]


@given(corpora(), st.integers(1, 5), st.sampled_from(ORDERS), st.integers(0, 2**40),
       st.booleans(), st.integers(1, 3), st.data())
@example((np.arange(2), 1, None), 1, "shuffled", 0, False, 3, None)     # ranks without a window
def test_the_same_batches_epoch_after_epoch(corpus, batch_size, order, seed, drop_last, ranks,
                                            data):
    """For any corpus, seed, stride and number of ranks; and after any resume."""
    tokens, max_length, stride = corpus
    windows = len(range(0, len(tokens) - max_length, stride or max_length))
    assume(not drop_last or windows >= batch_size * ranks)
    rank = data.draw(st.integers(0, ranks - 1)) if data else ranks - 1

    def new():
        return Batches(tokens, batch_size, max_length, stride, order, seed, drop_last, rank,
                       ranks)
    reference, twin = ours.create_loader(new()), theirs.create_loader(new())
    for cut in data.draw(st.lists(st.integers(1, 9), max_size=3)) if data else [3]:
        for _ in range(cut):
            mine, its = next(reference), next(twin)
            assert_same(mine, its)
        batches = [new(), new()]        # stopped; the state goes through a file
        for one in batches:
            one.load_state_dict(json.loads(json.dumps(its[2])))
        reference.close()
        twin.close()
        reference, twin = ours.create_loader(batches[0]), theirs.create_loader(batches[1])
    for mine, its in zip(islice(reference, 2 * len(new())), twin):
        assert_same(mine, its)


@pytest.mark.parametrize("device", DEVICES)
def test_read_ahead_onto_the_device(device):
    """The state is that of the last batch used, though the thread runs ahead."""
    tokens = np.arange(200, dtype=np.uint16)
    plain = ours.create_loader(Batches(tokens, 4, 8))
    batches = Batches(tokens, 4, 8)
    ahead = theirs.create_loader(batches, device)
    for _ in range(3 * len(batches)):
        item = next(ahead)
        assert item[0].device.type == item[1].device.type == device
        assert_same(next(plain), item)
    ahead.close()
    assert_no_thread()


def assert_no_thread():
    assert not any(thread.name.startswith("loader") for thread in threading.enumerate())


def test_one_epoch_ends():
    tokens = np.arange(100)
    for side in (ours, theirs):
        batches = Batches(tokens, 3, 8)
        assert len(list(side.create_loader(batches, forever=False))) == len(batches)
        assert batches.epoch == 1
    assert_no_thread()


class Broken(np.ndarray):
    """Tokens whose second half cannot be read."""

    def __getitem__(self, place):
        if isinstance(place, slice) and (place.start or 0) >= 50:
            raise OSError("the disk is gone")
        return super().__getitem__(place)


@pytest.mark.parametrize("side", [ours, theirs])
def test_an_error_of_the_reader_reaches_the_consumer(side):
    loader = side.create_loader(Batches(np.arange(100).view(Broken), 3, 8, order="sequential"))
    next(loader)
    with pytest.raises(OSError, match="disk is gone"):
        list(loader)
    assert_no_thread()


def test_the_reference_stays_on_the_cpu():
    batches = Batches(np.arange(100), 3, 8)
    assert "CPU" in error_of(next, ours.create_loader(batches, "cuda"))
