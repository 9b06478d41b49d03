"""Decoding by torch.compile: one token's pass through the model as one piece.

What is compiled must not change its shapes, and a cache grows with each token.
Here it stays as long as its memory, and a mask says which places are taken:
so there is one piece for each size of the memory, which doubles. The reference
has no such twin, as NumPy has no compiler.

Shapes: B batch, G key/value heads, T positions, W places, K head width,
V vocabulary.
"""
from dataclasses import replace

import torch
from torch import nn

from ..layers.compiler import compiler

__all__ = ["CompiledDecoder"]


class CompiledDecoder(nn.Module):
    """A model that decodes faster, in place of itself in `generate`.

        fast = CompiledDecoder(model)
        generate(fast, ids, 100)

    A prompt goes through the model as it is. The first token after it
    waits for the compiler, a minute or so; a GPU then saves the time to start
    a thousand kernels for each token.

    Parameters
    ----------
    model : a model of models/
    options : of torch.compile, such as mode="reduce-overhead" on a GPU

    Raises
    ------
    ValueError
        If there is no C++ compiler, which torch needs on the CPU.
    """

    def __init__(self, model, **options):
        super().__init__()
        on_cpu = next(model.parameters()).device.type == "cpu"
        if on_cpu and "backend" not in options and not compiler():
            raise ValueError(
                "to compile needs a C++ compiler on the CPU, and there is "
                "none on the PATH; install one (gcc, clang or Visual Studio) "
                "or generate without compiling")
        self.model, self.config = model, model.config
        self.new_past = model.new_past
        self.step = torch.compile(step, **options)

    def forward(self, ids, past=None, read=None, **placed):
        """ids (B, T) -> logits (B, T, V), as the model; past is extended

        placed : the positions and documents of prompts of unequal lengths,
            which go through the model as it is
        """
        first = not past or past[0].k is None
        if first or ids.shape[1] > 1 or placed:
            return self.model(ids, past=past, read=read, **placed)
        position = torch.tensor([past[0].length], device=ids.device)
        memory = []
        for cache in past:
            places = min(cache.length + 1, cache.capacity)
            cache.allocate(places, cache.k, cache.v, cache.documents)
            memory.append((cache.k, cache.v))
        ids = ids.clone(memory_format=torch.contiguous_format)  # no strides
        logits = self.step(self.model, ids, position, memory)
        for cache in past:
            cache.length += 1
        return logits


def step(model, ids, position, memory):
    """ids (B, 1), position (1,) -> logits (B, 1, V); the memory is written"""
    past = [Places(k, v, position) for k, v in memory]
    return model(ids, past=past, positions=position.expand(ids.shape))


class Places:
    """The memory of a KVCache, or of a RingKVCache, for one token more.

    As soon as all W places are taken, the token takes that of the oldest.
    """

    length = 0  # how many tokens there are, only the position says

    def __init__(self, k, v, position):
        W = k.shape[2]
        self.k, self.v = k, v                              # (B, G, W, K)
        self.place = position % W                          # (1,)
        self.taken = (torch.arange(W, device=k.device)
                      <= position)[None]                   # (1, W)

    def entering(self, context):
        """The Context of the layer whose keys and values these are."""
        return replace(context, kv_cache=self, mask=self.taken)

    def extend(self, k, v, documents=None):
        """k, v (B, G, 1, K) of the token -> (B, G, W, K), all places"""
        self.k.index_copy_(2, self.place, k)
        self.v.index_copy_(2, self.place, v)
        return self.k, self.v, None
