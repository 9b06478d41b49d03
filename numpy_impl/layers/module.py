"""Module: what little of torch.nn.Module the layers need, in torch's words.

    model = GPTModel(config)                  # initialised, ready to train
    print(model)                              # its layers and their sizes
    logits, cache = model(ids)                # the same as model.forward(ids)
    model.backward(dlogits, cache)            # adds to every gradient
    dict(model.named_gradients())             # {name: gradient}

The contract of a layer:

    y, cache = layer.forward(x, context)      # pure: x and the layer stay
    dx = layer.backward(dy, cache)            # dx; parameter gradients add up

The cache holds what backward needs, so one layer may run several times before
its backward does. The context (twinformer.models.context) is everything else
that a forward pass is given: dropout's masks, who may attend to whom, cached
keys and values. A layer that only passes it on takes it as well, and so does
Linear, as LoRA puts a layer with dropout in its place; a layer that works on
x alone, such as a norm, does without.
"""
import numpy as np

from twinformer.models.initialisation import STD, initial_array
from twinformer.models.module_tree import ModuleTree
from twinformer.models.parameters import check_parameters, real

__all__ = ["Module", "Parameter", "ModuleList"]


class Parameter:
    """Marks an array as trainable; assigning it to a Module registers it.

    Parameters begin as float32, as in torch; ``Module.to`` changes that.
    """

    def __init__(self, data):
        self.data = np.asarray(data, np.float32)


class Module(ModuleTree):
    """A layer: arrays that learn, their gradients, and layers inside it.

    An array is an attribute, self.weight, its gradient self.grads["weight"],
    to which every backward adds. A gradient of None: the array is frozen.
    """

    def __init__(self):
        self.grads = {}

    def __setattr__(self, name, value):
        if isinstance(value, Parameter):
            value = value.data
            # zeros, unlike zeros_like, takes no memory until written to
            self.grads[name] = np.zeros(value.shape, value.dtype)
        super().__setattr__(name, value)

    def __call__(self, *arguments, **options):
        return self.forward(*arguments, **options)

    def reset_parameters(self, seed, std=STD):
        """Begin anew from a seed; None leaves everything as it is.

        Matrices are normal with deviation std, which may be a function of
        their name; biases are 0, scales 1. Each draws from its own stream of
        the seed and its name: both packages begin with the same bits.
        """
        if seed is None:
            return
        for name, array in self.named_parameters():
            array[...] = initial_array(name, array.shape, seed, std)

    def share(self, name, other):
        """Use the parameter of another module: one array, one gradient."""
        setattr(self, name, getattr(other, name))
        self.grads[name] = other.grads[name]

    # -- its parameters -------------------------------------------------------

    def named_parameters(self):
        """(dotted name, array), in torch's order; a shared one comes once."""
        return {name: getattr(module, attribute)
                for name, module, attribute in self.uses()}.items()

    def named_gradients(self):
        """(dotted name, gradient) of every parameter that learns."""
        return {name: module.grads[attribute]
                for name, module, attribute in self.uses()
                if module.grads[attribute] is not None}.items()

    def parameters(self):
        return (array for _, array in self.named_parameters())

    # -- weights in and out ---------------------------------------------------

    def state_dict(self):
        """{dotted name: array}: the module's own arrays, not copies.

        A shared one comes under its first name; torch lists all its names.
        """
        return dict(self.named_parameters())

    def load_state_dict(self, state):
        """Copy {dotted name: array} into the parameters, in their dtype.

        Raises
        ------
        ValueError
            If a name is missing or unknown or a shape differs; lists them
            all, and leaves the module as it was.
        """
        own = self.state_dict()
        check_parameters({name: array.shape for name, array in own.items()},
                         {name: np.shape(a) for name, a in state.items()})
        given = {name: real(name, state[name]) for name in own}
        for name, array in own.items():
            array[...] = given[name]

    def to(self, dtype):
        """Change the dtype of all parameters; gradients begin again at 0."""
        moved = {}
        for name, module, attribute in self.uses():
            if name not in moved:
                array = getattr(module, attribute).astype(dtype)
                moved[name] = array, np.zeros_like(array)
            array, grad = moved[name]
            setattr(module, attribute, array)
            if module.grads[attribute] is not None:
                module.grads[attribute] = grad
        return self

    # -- what learns ----------------------------------------------------------

    def zero_grad(self):
        """Set every gradient to zero, before the next sum of gradients."""
        for _, grad in self.named_gradients():
            grad.fill(0)

    def requires_grad_(self, flag=True):
        """Let every parameter learn, or freeze it: then it has no gradient.

        flag may be a function of a parameter's name. A shared parameter goes
        by its first name, so ask the module that holds all its uses.
        """
        gradients = {}
        for name, module, attribute in self.uses():
            if name not in gradients:
                array = getattr(module, attribute)
                grad = module.grads[attribute]
                if grad is None:
                    grad = np.zeros(array.shape, array.dtype)
                learns = flag(name) if callable(flag) else flag
                gradients[name] = grad if learns else None
            module.grads[attribute] = gradients[name]
        return self

    def learns(self, name):
        """Whether this parameter of the module has a gradient to add to."""
        return self.grads[name] is not None

    def is_frozen(self):
        """Whether nothing in this module, nor inside it, learns."""
        return not self.named_gradients()


class ModuleList(Module):
    """Modules in a row, named 0, 1, 2, ..."""

    def __init__(self, modules):
        super().__init__()
        self.row = list(modules)

    def named_children(self):
        yield from ((str(i), child) for i, child in enumerate(self.row))

    def __iter__(self):
        return iter(self.row)

    def __len__(self):
        return len(self.row)

    def __getitem__(self, index):
        return self.row[index]
