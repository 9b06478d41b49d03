"""Module: torch.nn.Module, which begins from a seed as the reference's does.

    model = GPTModel(config)                  # initialised, ready to train
    print(model)                              # its layers and their sizes
    logits = model(ids)                       # runs model.forward(ids)
    logits.backward(dlogits)                  # autograd: every gradient
    {name: p.grad for name, p in model.named_parameters()}

The contract of a layer:

    y = layer(x, context)

The context (twinformer.models.context) is what a forward pass is given besides
x: dropout's masks, who may attend to whom, cached keys and values. A layer
that only passes it on takes it as well, and so does Linear, as LoRA puts a
layer with dropout in its place; a layer that works on x alone, such as a norm,
does without.
"""
import torch
from torch.nn import ModuleList, Parameter

from twinformer.models.initialisation import STD, initial_array
from twinformer.models.printing import printed

__all__ = ["Module", "Parameter", "ModuleList"]


class Module(torch.nn.Module):
    """A layer: tensors that learn, and layers inside it."""

    def __init__(self):
        super().__init__()

    @torch.no_grad()
    def reset_parameters(self, seed, std=STD):
        """Begin anew from a seed; None leaves everything as it is.

        Matrices are normal with deviation std, which may be a function of
        their name; biases are 0, scales 1. Each draws from its own stream of
        the seed and its name: both packages begin with the same bits.
        """
        if seed is None:
            return
        for name, tensor in self.named_parameters():
            array = initial_array(name, tensor.shape, seed, std)
            tensor.copy_(torch.from_numpy(array))

    def __repr__(self):
        return printed(self)
