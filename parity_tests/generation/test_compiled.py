"""A decoder that is compiled gives what the model gives: one piece for every
length, with the same memory of keys and values."""
import numpy as np
import pytest
import torch
import torch._dynamo

import torch_impl
from tests.tiny_kinds import tiny_model
from torch_impl.generation import compiled
from torch_impl.layers import kv_cache
from torch_impl.layers.compiler import compiler
from twinformer.architectures.kinds import KINDS
from twinformer.models.initialisation import initial_parameters

from ..agreement import assert_agree
from ..bounds import measured_bounds


def model_of_kind(kind, **changes):
    config = tiny_model(kind, **changes)
    values = {name: 10 * array.astype(np.float64) for name, array
              in initial_parameters(config, 3).items()}
    return torch_impl.model_of(config, values).eval()


@pytest.fixture(autouse=True)
def no_memory():
    """What other tests compiled does not count against these."""
    torch._dynamo.reset()
    yield
    torch._dynamo.reset()


FAST = ("gpt2", "llama", "gemma3")     # positions, rotations, windows


@pytest.mark.parametrize("kind", [
    kind if kind in FAST else pytest.param(kind, marks=pytest.mark.slow) for kind in KINDS])
def test_each_logit_is_the_models(kind, monkeypatch):
    """The tracing alone: what it makes of the passes runs uncompiled. Memory
    for 2 tokens has to grow four times, and windows of 5 overflow."""
    monkeypatch.setattr(kv_cache, "FIRST_ROOM", 2)
    model = model_of_kind(kind)
    fast = compiled.CompiledDecoder(model, backend="eager")
    ids = torch.tensor(np.random.default_rng(5).integers(0, 257, (2, 23)))

    def read(one):
        past = one.new_past()
        pieces = [ids[:, :3], *ids[:, 3:].split(1, 1)]
        with torch.no_grad():
            return torch.cat([one(piece, past=past) for piece in pieces], 1), past
    whole, past = read(model)
    found, past_f = read(fast)
    _, bounds = measured_bounds(lambda: {"y": model(ids)})
    assert_agree(found, whole, 2 * bounds["y"])
    assert [c.length for c in past_f] == [c.length for c in past] == [23] * len(past)


def test_one_piece_serves_every_length():
    pieces = []

    def backend(graph, inputs):
        pieces.append(graph)
        return graph
    model = model_of_kind("llama")
    fast = compiled.CompiledDecoder(model, backend=backend)
    greedy = {"max_new_tokens": 150, "temperature": 0}
    expected = list(torch_impl.generate(model, [1, 2, 3], **greedy))
    assert list(torch_impl.generate(fast, [1, 2, 3], **greedy)) == expected
    assert len(pieces) == 1     # the context is 64: the memory is no longer


@pytest.mark.skipif(not compiler(), reason="torch.compile needs a C++ compiler")
def test_by_the_compiler():
    model = model_of_kind("gpt2", n_layers=1, context_length=12)
    greedy = {"max_new_tokens": 14, "temperature": 0}   # past the context, too
    fast = compiled.CompiledDecoder(model)
    for prompt in ([1, 2], [[1, 2], [3, 4]]):
        assert (list(torch_impl.generate(fast, prompt, **greedy))
                == list(torch_impl.generate(model, prompt, **greedy)))


def test_without_a_compiler_it_says_so(monkeypatch):
    monkeypatch.setattr(compiled, "compiler", lambda: False)
    with pytest.raises(ValueError, match="needs a C\\+\\+ compiler"):
        compiled.CompiledDecoder(model_of_kind("gpt2"))
    compiled.CompiledDecoder(model_of_kind("gpt2"), backend="eager")    # compiles nothing
