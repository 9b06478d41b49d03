"""A model small enough to predict by hand, in both packages.

logits after position t = the sum over all positions s <= t of the window of
table[ids[s]] * (1 + s): it depends on every token seen and on where it was.
"""
from types import SimpleNamespace

import numpy as np
import torch

import numpy_impl.generation.generate as ours
import torch_impl.generation.generate as theirs


class FakeModel:
    def __init__(self, table, context_length):
        self.table = np.asarray(table, np.float64)
        self.config = SimpleNamespace(
            vocab_size=len(self.table), context_length=context_length)
        self.windows = []

    def forward(self, ids, keep=None):
        self.windows.append(ids.shape)
        places = 1 + np.arange(ids.shape[1])
        return (self.table[ids] * places[:, None]).cumsum(1), None


class FakeTwin(torch.nn.Module):
    def __init__(self, table, context_length):
        super().__init__()
        self.table = torch.nn.Parameter(torch.tensor(table).double())
        self.config = SimpleNamespace(
            vocab_size=len(self.table), context_length=context_length)
        self.windows = []

    def forward(self, ids, keep=None):
        assert not self.training and not torch.is_grad_enabled()
        self.windows.append(tuple(ids.shape))
        places = 1 + torch.arange(ids.shape[1])
        return (self.table[ids] * places[:, None]).cumsum(1)


def fake_twins(seed=0, vocab_size=11, context_length=6):
    table = np.random.default_rng(seed).normal(size=(vocab_size, vocab_size))
    return FakeModel(table, context_length), FakeTwin(table, context_length)


def both(ids, length, model_seed=0, **options):
    """What the reference generates, after checking the twin against it."""
    model, twin = fake_twins(model_seed)
    new = list(ours.generate(model, ids, length, **options))
    new_t = list(theirs.generate(twin, ids, length, **options))
    assert new == new_t
    return new
