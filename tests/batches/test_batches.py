"""Windows and batches: nothing lost, nothing twice, every stream repeatable."""
import json

import numpy as np
from hypothesis import assume, example, given, strategies as st

from twinformer.batches.batches import Batches
from numpy_impl.text.windows import SlidingWindows

from ..corpora.texts import corpora
from .loaded import epoch, next_batch
from parity_tests.text.samples import error_of, gpt2, real_text


@given(corpora(), st.integers(1, 5), st.integers(0, 2**40),
       st.sampled_from(["shuffled", "sequential"]))
@example((np.arange(2), 1, None), 1, 0, "shuffled")
def test_an_epoch_has_every_window_once(corpus, batch_size, seed, order):
    """For any stride and batch size; two epochs of it."""
    reader = Batches(corpus[0], batch_size, *corpus[1:], order, seed, drop_last=False)
    expected = [inputs.tolist() for inputs, _ in SlidingWindows(*corpus)]
    for _ in range(2):
        seen = epoch(reader)
        assert len(seen) == len(reader)
        rows = [row for inputs, _ in seen for row in inputs.tolist()]
        assert sorted(rows) == expected
        if order == "sequential":
            assert rows == expected
    for inputs, targets in seen:
        assert inputs.dtype == targets.dtype == np.int64
        np.testing.assert_array_equal(targets, inputs + 1)     # shifted by one


@given(corpora(), st.integers(1, 5))
def test_with_drop_last_only_what_fills_no_batch_is_left_out(corpus, batch_size):
    windows = len(SlidingWindows(*corpus))
    assume(windows >= batch_size)
    reader = Batches(corpus[0], batch_size, *corpus[1:])
    shapes = {inputs.shape for inputs, _ in epoch(reader)}
    assert shapes == {(batch_size, corpus[1])}
    assert len(reader) == windows // batch_size


@given(corpora(), st.sampled_from(["shuffled", "random", "sequential"]), st.booleans(),
       st.lists(st.integers(0, 9), min_size=1, max_size=6))
def test_any_save_and_restore_gives_the_same_stream(corpus, order, drop_last, cuts):
    """Stopped and restored after any numbers of batches, through JSON."""
    def new():
        return Batches(corpus[0], 2, *corpus[1:], order, seed=7, drop_last=drop_last)
    assume(drop_last is False or len(SlidingWindows(*corpus)) >= 2)
    whole, parts = new(), new()
    for steps in cuts:
        for _ in range(steps):
            for a, b in zip(next_batch(whole), next_batch(parts), strict=True):
                np.testing.assert_array_equal(a, b)
        state = json.loads(json.dumps(parts.state_dict()))
        parts = new()
        parts.load_state_dict(state)
        assert parts.state_dict() == whole.state_dict() == state


@given(corpora(), st.integers(1, 3), st.integers(1, 4), st.booleans(), st.integers(0, 9),
       st.integers(1, 9))
def test_ranks_share_one_global_order(corpus, batch_size, ranks, drop_last, skip, rounds):
    """Of one stream each takes its turns: over the ends of epochs, which need not be a multiple
    of the ranks, and also when their number changes in mid-epoch."""
    assume(drop_last is False or len(SlidingWindows(*corpus)) >= batch_size)

    def new(**ranks):
        return Batches(corpus[0], batch_size, *corpus[1:], drop_last=drop_last, **ranks)
    one = new()
    many = [new(rank=rank, ranks=ranks) for rank in range(ranks)]
    for _ in range(skip):
        next_batch(one)
    for reader in many:
        reader.load_state_dict(one.state_dict())
    for _ in range(rounds):
        for reader in many:
            np.testing.assert_array_equal(next_batch(reader)[0], next_batch(one)[0])
        assert all(reader.state_dict() == one.state_dict() for reader in many)


def test_the_order_is_the_same_on_every_machine():
    """Written down once: NumPy promises the bits of PCG64, on any platform."""
    tokens = np.arange(100)
    shuffled = Batches(tokens, 5, 10, seed=3)
    assert [(i[:, 0] // 10).tolist() for i, _ in epoch(shuffled)] == SHUFFLED[0]
    assert [(i[:, 0] // 10).tolist() for i, _ in epoch(shuffled)] == SHUFFLED[1]
    drawn = Batches(tokens, 5, 10, order="random", seed=3)
    assert next_batch(drawn)[0][:, 0].tolist() == DRAWN


SHUFFLED = [[[0, 4, 7, 1, 5]], [[0, 6, 2, 1, 3]]]
DRAWN = [70, 41, 78, 54, 86]


def test_random_windows_reach_every_offset():
    batches = Batches(np.arange(30), 3, 8, order="random")
    starts = {int(row[0]) for _ in range(100) for row in next_batch(batches)[0]}
    assert starts == set(range(22))


def test_a_corpus_on_disk(tmp_path):
    tokens = np.arange(5000, dtype=np.uint16)
    tokens.tofile(tmp_path / "tokens.bin")
    mapped = np.memmap(tmp_path / "tokens.bin", np.uint16, "r")
    on_disk, in_memory = (Batches(t, 8, 16) for t in (mapped, tokens))
    assert on_disk.state_dict() == in_memory.state_dict()
    for a, b in zip(epoch(on_disk), epoch(in_memory), strict=True):
        np.testing.assert_array_equal(a, b)


def test_the_verdict():
    """The book's split gives 9 training batches and 1 for validation."""
    text = real_text("rasbt/the-verdict.txt")
    cut = int(0.9 * len(text))
    tokenizer, _ = gpt2()
    for part, batches in ((text[:cut], 9), (text[cut:], 1)):
        ids = np.array(tokenizer.encode(part))
        reader = Batches(ids, 2, 256)
        assert len(reader) == batches
        assert sum(inputs.size for inputs, _ in epoch(reader)) == 512 * batches


def test_states_of_other_streams_are_refused():
    tokens = np.arange(100)
    state = Batches(tokens, 2, 8, seed=1).state_dict()
    for name, other in {
        "seed": Batches(tokens, 2, 8, seed=2), "max_length": Batches(tokens, 2, 9, 8, seed=1),
        "stride": Batches(tokens, 2, 8, 4, seed=1), "n_tokens": Batches(tokens[1:], 2, 8, seed=1),
        "order": Batches(tokens, 2, 8, order="random", seed=1),
        "checksum": Batches(tokens + 1, 2, 8, seed=1),
    }.items():
        assert name in error_of(other.load_state_dict, state)
    same = Batches(tokens, 2, 8, seed=1)
    for damage in ({"epoch": -1}, {"position": "1"}, {"epoch": None}):
        assert "damaged" in error_of(same.load_state_dict, state | damage)


def test_bad_arguments():
    tokens = np.arange(10)
    assert "batch of 5" in error_of(Batches, tokens, 5, 4)
    assert "batch_size" in error_of(Batches, tokens, 0, 4)
    assert "seed" in error_of(Batches, tokens, 1, 4, seed=-1)
    assert "order" in error_of(Batches, tokens, 1, 4, order="sorted")
    assert "rank" in error_of(Batches, tokens, 1, 4, rank=2, ranks=2)
