"""Epochs: every example once, in an order that a seed fixes."""
import numpy as np
import pytest

from twinformer.finetuning.epochs import by_length, epoch_batches, epoch_steps


def test_every_example_once_an_epoch():
    lengths = np.random.default_rng(0).integers(1, 100, 83)
    for grouped in (False, True):
        for epoch in range(3):
            batches = epoch_batches(lengths, 8, 1, epoch, drop_last=False,
                                    group_by_length=grouped)
            assert sorted(np.concatenate(batches)) == list(range(83))
            assert len(batches) == epoch_steps(83, 8, 1, False) == 11
            kept = epoch_batches(lengths, 8, 1, epoch, group_by_length=grouped)
            assert [len(b) for b in kept] == [8] * 10
            assert len(np.unique(np.concatenate(kept))) == 80
    first, second = (epoch_batches(lengths, 8, 1, e)[0].tolist() for e in (0, 1))
    assert first != second
    assert first == epoch_batches(lengths, 8, 1, 0)[0].tolist()


def test_groups_of_like_length_need_less_padding():
    lengths = np.random.default_rng(0).integers(1, 100, 1000)

    def padding(grouped):
        batches = epoch_batches(lengths, 8, 1, 0, group_by_length=grouped)
        return sum((lengths[b].max() - lengths[b]).sum() for b in batches)
    assert padding(True) < 0.2 * padding(False)


def test_fewer_examples_than_a_batch_are_one():
    assert [b.size for b in epoch_batches([3, 4], 8, 0, 0)] == [2]
    assert epoch_steps(2, 8, 1) == 1
    assert epoch_steps(83, 8, 4) == 3    # 10 batches: 4, 4, 2
    with pytest.raises(ValueError, match="no example"):
        epoch_batches([], 8, 0, 0)


def test_one_measures_by_length():
    """Equal lengths in the order they came; nothing is left out."""
    assert [b.tolist() for b in by_length([5, 2, 5, 1, 2], 2)] == [[3, 1], [4, 0], [2]]
    assert by_length([]) == []
