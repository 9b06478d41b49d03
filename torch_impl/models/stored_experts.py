"""Experts that stay in their file until a token is sent to them: of a mixture
of experts, each token meets a few, and all of them together may be more than
there is memory for.

Shapes: E experts of each block.
"""
from typing import Any

import torch

from twinformer.pretrained.formats.experts import expert_parameters
from twinformer.pretrained.recently_used import RecentlyUsed

from ..layers.module import Module
from .building import as_tensor, model_of

__all__ = ["StoredExperts", "model_with_stored_experts"]


class StoredExperts(Module):
    """In the place of a ModuleList of E feed-forwards: [e] reads one of them.

    They do not learn, and are none of the model's parameters.

    read : layer, expert -> {name in the feed-forward: array}
    new : makes a feed-forward, whose weights are then replaced
    recent : the RecentlyUsed of all blocks
    """

    def __init__(self, count: int, layer: int, read, new, recent):
        super().__init__()
        self.count, self.layer = count, layer
        self.read, self.new, self.recent = read, new, recent

    def __len__(self):
        return self.count

    def __getitem__(self, index):
        return self.recent.get((self.layer, index), lambda: self.make(index))

    def make(self, index):
        """An expert out of the file, and how many bytes it takes"""
        with torch.device("meta"):
            expert = self.new()
        arrays = self.read(self.layer, index)
        tensors = {name: as_tensor(array)
                   for name, array in arrays.items()}
        expert.load_state_dict(tensors, assign=True)
        expert.requires_grad_(False)                       # it is frozen
        return expert, sum(array.nbytes for array in arrays.values())


def model_with_stored_experts(opened, room: int) -> Any:
    """A model whose experts are read when they are needed.

    opened : weights still in their file, from twinformer's open_pretrained
    room : bytes for the experts that were used last
    """
    c = opened.config
    model = model_of(c, opened.parameters(
        lambda name: ".experts." not in name))
    recent = RecentlyUsed(room)

    def read(layer, index):
        return opened.chosen(expert_parameters(c, layer, index))

    def new():
        return kind(c.d_model, c.d_hidden, biased, seed=None)

    one = model.blocks[0].feed_forward.experts[0]
    kind, biased = type(one), one.gate.bias is not None
    for layer, block in enumerate(model.blocks):
        block.feed_forward.experts = StoredExperts(
            c.n_experts, layer, read, new, recent)
    return model
