"""Continuous batching: whoever joins and leaves, each text is as if it were alone."""
import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

import numpy_impl.generation.generate as ours
from numpy_impl.generation.running_batch import RunningBatch
from torch_impl.generation.running_batch import RunningBatch as TwinBatch
from twinformer.architectures.kinds import KINDS

from ..agreement import assert_drift
from .twins import twins_of

CONTEXT = 12


@pytest.mark.parametrize("kind", KINDS)
@given(data=st.data())
def test_every_text_is_as_alone(kind, data):
    """Any schedule of joining, growing and leaving, up to the context's end;
    windows of fewer columns than the batch has among the kinds."""
    model, twin = twins_of(kind, CONTEXT)
    batch, other = RunningBatch(model), TwinBatch(twin)
    texts = []
    for _ in range(data.draw(st.integers(1, 7), "moves")):
        rng = np.random.default_rng(data.draw(st.integers(0, 99)))
        moves = ["join"] + ["leave"] * bool(texts) + ["grow"] * (
            2 * bool(texts) * (max(map(len, texts), default=0) < CONTEXT))
        move = data.draw(st.sampled_from(moves))
        if move == "leave":
            rows = data.draw(st.permutations(range(len(texts))))
            rows = rows[:data.draw(st.integers(0, len(rows)))]
            batch.keep(np.array(rows, np.int64))
            other.keep(torch.tensor(rows, dtype=torch.int64))
            texts = [texts[row] for row in rows]
            assert len(batch) == len(other) == len(texts)
            continue
        if move == "join":
            lengths = data.draw(st.lists(st.integers(1, CONTEXT), min_size=1, max_size=2))
            copies = data.draw(st.lists(st.integers(1, 2), min_size=len(lengths),
                                        max_size=len(lengths)))
            prompts = [rng.integers(0, 13, length).tolist() for length in lengths]
            logits, twins = batch.add(prompts, copies), other.add(prompts, copies)
            now = [list(prompt) for prompt, n in zip(prompts, copies, strict=True)
                   for _ in range(n)]
            texts += now
        else:
            tokens = rng.integers(0, 13, len(texts))
            logits, twins = batch.step(tokens), other.step(torch.tensor(tokens))
            texts = now = [[*text, int(token)] for text, token
                           in zip(texts, tokens, strict=True)]
        assert logits.shape == (len(now), 13)
        for row, text in enumerate(now):
            alone = ours.next_logits(model, np.array([text]))[0]
            size = np.abs(alone).max()
            assert_drift(logits[row], alone, 1, size)
            assert_drift(twins[row].numpy(), alone, 1, size)


@pytest.mark.parametrize("Batch, side", [(RunningBatch, 0), (TwinBatch, 1)])
def test_a_text_at_the_end_of_its_context_has_to_leave(Batch, side):
    batch = Batch(twins_of("gpt2", CONTEXT)[side])
    batch.add([[1] * CONTEXT, [2, 3]])
    with pytest.raises(ValueError, match="13 tokens is longer than the context of 12"):
        batch.step([1, 1])
    batch.keep([1])
    before = batch.padding.tolist()
    assert before == [0]                # what nobody needs any more is gone
    assert batch.past[0].length == 2
    assert batch.step([4]).shape == (1, 13)


@pytest.mark.parametrize("Batch, side", [(RunningBatch, 0), (TwinBatch, 1)])
def test_a_bad_prompt_does_not_join(Batch, side):
    batch = Batch(twins_of("qwen3", CONTEXT)[side])
    batch.add([[1, 2]])
    with pytest.raises(ValueError, match="13"):
        batch.add([[3], [13]])
    assert len(batch) == 1
    assert batch.step([4]).shape == (1, 13)


def test_documents_are_kept_only_while_a_text_is_filled_up():
    """A mask costs time: one text, or texts of one length, need none."""
    batch = RunningBatch(twins_of("llama", CONTEXT)[0])
    batch.add([[1, 2]])
    assert batch.past[0].documents is None
    batch.add([[1, 2, 3]])
    assert batch.past[0].documents is not None
    batch.keep(np.array([1]))
    assert batch.past[0].documents is None
