"""Finetuning batches: the book's counts and shapes, and what is a target."""
import numpy as np
import pytest
import torch
from hypothesis import given, strategies as st

from twinformer.batches.collate import (
    IGNORE, collate_classification, collate_instructions, collate_preferences,
)
from twinformer.batches.packed_examples import packed_batch
from twinformer.corpora.prompts import ALPACA
from twinformer.corpora.records import (
    balanced, read_instructions, read_messages, read_preferences,
    split_in_order,
)

from parity_tests.shared_data import shared_data
from parity_tests.text.samples import error_of, gpt2

END = 50256
rows = st.lists(st.lists(st.integers(0, 9), min_size=1, max_size=12), min_size=1, max_size=5)


@given(rows, st.none() | st.integers(1, 15))
def test_classification(texts, length):
    batch = collate_classification(texts, [0] * len(texts), 99, length)
    T = length or max(map(len, texts))
    for row, last, text in zip(batch.inputs.tolist(), batch.last.tolist(), texts, strict=True):
        assert row == (text + [99] * T)[:T]
        assert row[last] == text[:T][-1] and last == min(len(text), T) - 1


@given(rows, st.none() | st.integers(1, 15), st.data())
def test_instructions(texts, max_length, data):
    """One end of text is learned, padding and prompts are not."""
    prompts = [data.draw(st.integers(0, len(text))) for text in texts]
    inputs, targets = collate_instructions(texts, 99, -100, max_length, prompts)
    T = max(map(len, texts))
    for x, y, text, prompt in zip(inputs.tolist(), targets.tolist(), texts, prompts, strict=True):
        assert x == (text + [99] * T)[:T][:max_length]
        whole = text[1:] + [99] + [-100] * (T - len(text))
        for place in range(prompt - 1):
            whole[place] = -100
        assert y == whole[:max_length]


def book_collate(batch, pad, allowed):
    """The same in the manner of the book: pad, shift, mask all pads but the first."""
    longest = max(len(item) + 1 for item in batch)
    inputs, targets = [], []
    for item in batch:
        padded = torch.tensor(item + [pad] * (longest - len(item)))
        x, y = padded[:-1], padded[1:].clone()
        pads = torch.nonzero(y == pad).flatten()
        y[pads[1:]] = -100
        inputs.append(x[:allowed])
        targets.append(y[:allowed])
    return torch.stack(inputs), torch.stack(targets)


@given(rows, st.integers(1, 15))
def test_instructions_as_in_the_book(texts, allowed):
    for ours, theirs in zip(collate_instructions(texts, 99, max_length=allowed),
                            book_collate(texts, 99, allowed), strict=True):
        np.testing.assert_array_equal(ours, theirs.numpy())


@given(rows, st.data(), st.none() | st.integers(1, 15))
def test_preferences(prompts, data, max_length):
    answers = st.lists(st.integers(0, 9), min_size=1, max_size=6)
    chosen, rejected = ([prompt + data.draw(answers) for prompt in prompts] for _ in "ab")
    batch = collate_preferences(chosen, rejected, list(map(len, prompts)), 99, max_length)
    for ids, mask, texts in ((batch.chosen, batch.chosen_mask, chosen),
                             (batch.rejected, batch.rejected_mask, rejected)):
        assert ids.shape == mask.shape == batch.chosen.shape
        for row, kept, text, prompt in zip(ids, mask, texts, prompts):
            assert row[kept].tolist() == text[:max_length][len(prompt):]


def test_spam_of_the_book():
    """747 of each; 1045, 149 and 300 messages; at most 120 tokens; 130, 19, 38 batches."""
    messages = read_messages(shared_data("sms-spam/SMSSpamCollection"), quoted=True)
    assert len(messages) == 5572
    chosen = balanced([message.label for message in messages], np.random.RandomState(123))
    assert chosen[:5].tolist() == [4307, 4138, 4831, 4461, 5440] and len(chosen) == 2 * 747
    order = np.random.RandomState(123).choice(len(chosen), len(chosen), replace=False)
    parts = split_in_order([messages[chosen[place]] for place in order], 0.7, 0.1)
    assert [len(part) for part in parts] == [1045, 149, 300]
    _, tokenizer = gpt2()
    ids = [tokenizer.encode(message.text) for message in parts[0]]
    batch = collate_classification(ids, [message.label == "spam" for message in parts[0]], END)
    assert batch.inputs.shape == (1045, 120)
    batches = [torch.utils.data.DataLoader(part, 8, drop_last=drop)
               for part, drop in zip(parts, (True, False, False))]
    assert [len(loader) for loader in batches] == [130, 19, 38]


def test_all_messages_are_there_without_quotes():
    """The authors' own count; quotation marks are only text."""
    messages = read_messages(shared_data("sms-spam/SMSSpamCollection"))
    labels = [message.label for message in messages]
    assert (len(messages), labels.count("ham"), labels.count("spam")) == (5574, 4827, 747)


def test_instructions_of_the_book():
    """935, 110 and 55; 116 batches; the lengths of the first ones, shuffled by torch."""
    path = shared_data("rasbt/instruction-data.json")
    parts = split_in_order(read_instructions(path), 0.85, 0.1)
    assert [len(part) for part in parts] == [935, 110, 55]
    _, tokenizer = gpt2()
    ids = [tokenizer.encode(ALPACA.full(task)) for task in parts[0]]
    torch.manual_seed(123)
    loader = torch.utils.data.DataLoader(
        ids, 8, shuffle=True, drop_last=True,
        collate_fn=lambda batch: collate_instructions(batch, END, max_length=1024))
    shapes = [inputs.shape for inputs, _ in loader]
    assert len(shapes) == 116 and {shape[0] for shape in shapes} == {8}
    assert [shape[1] for shape in shapes][:20] == [
        61, 76, 73, 68, 65, 72, 80, 67, 62, 75, 62, 68, 67, 77, 69, 79, 71, 66, 83, 68]


def test_preferences_of_the_book():
    """Its mask begins two tokens after the instruction: pass two tokens more."""
    tasks = read_preferences(shared_data("rasbt/instruction-data-with-preference.json"))
    assert len(tasks) == 1100
    _, tokenizer = gpt2()
    prompts = [tokenizer.encode(ALPACA.prompt(task)) for task in tasks[:2]]
    chosen, rejected = (
        [tokenizer.encode(ALPACA.question(task) + answer) for task, answer in pairs]
        for pairs in ([(task, task.chosen) for task in tasks[:2]],
                      [(task, task.rejected) for task in tasks[:2]]))
    batch = collate_preferences(chosen, rejected, [len(p) + 2 for p in prompts], END, 1024)
    text = tokenizer.decode(batch.chosen[0][batch.chosen_mask[0]])
    assert text == "### Response:\n" + tasks[0].chosen


def test_bad_batches():
    assert "empty" in error_of(collate_classification, [[]], [0], 9)
    assert "at least one" in error_of(collate_instructions, [], 9)
    assert "labels" in error_of(collate_classification, [[1]], [0, 1], 9)
    assert "length" in error_of(collate_classification, [[1]], [0], 9, 0)
    assert "as many" in error_of(collate_preferences, [[1]], [[1], [2]], [1], 9)
    with pytest.raises(ValueError):
        collate_preferences([[]], [[1]], [0], 9)


def test_earlier_answers_are_learned_too():
    """A conversation: of the prompt's tokens those of an answer in it are targets."""
    texts = [[1, 2, 3, 4, 5, 6, 7, 8], [1, 2]]
    _, targets = collate_instructions(texts, 0, prompt_lengths=[6, 1],
                                      earlier=[((1, 3), (4, 5)), ()])
    assert targets[0].tolist() == [2, 3, IGNORE, 5, IGNORE, 7, 8, 0]
    _, without = collate_instructions(texts, 0, prompt_lengths=[6, 1])
    assert without[0].tolist() == [IGNORE] * 5 + [7, 8, 0]
    assert targets[1].tolist() == without[1].tolist()
    packed = packed_batch([[(texts[1], 1, ()), (texts[0], 6, ((1, 3), (4, 5)))]], 0)
    assert packed.targets[0].tolist() == [2, 0, *targets[0].tolist()]
