"""Module and Parameter: what little of torch.nn.Module the layers need."""
import numpy as np

__all__ = ["Module", "Parameter", "ModuleList"]


class Parameter:
    """Marks an array as trainable; assigning it to a Module registers it.

    Parameters begin as float32, as in torch; ``Module.to`` changes that.
    """

    def __init__(self, data):
        self.data = np.asarray(data, np.float32)


class Module:
    """A layer: arrays that learn, their gradients, and layers inside it.

    A parameter without a gradient (None) is frozen: see finetuning.freezing.
    """

    def __init__(self):
        self.grads = {}

    def __setattr__(self, name, value):
        if isinstance(value, Parameter):
            value = value.data
            self.grads[name] = np.zeros_like(value)
        super().__setattr__(name, value)

    def share(self, name, other):
        """Use the parameter of another module: one array, one gradient."""
        setattr(self, name, getattr(other, name))
        self.grads[name] = other.grads[name]

    def children(self):
        """Yield (name, module) of the modules directly inside this one."""
        for name, child in vars(self).items():
            if isinstance(child, Module):
                yield name, child

    def named_modules(self, prefix=""):
        """Yield (dotted prefix, module) of this module and all inside it."""
        yield prefix, self
        for name, child in self.children():
            yield from child.named_modules(f"{prefix}{name}.")

    def named_parameters(self, prefix=""):
        """Yield (dotted name, array, gradient), under the names torch uses.

        A shared parameter comes once, under its first name; the gradient of a
        frozen one is None.
        """
        seen = set()
        for path, module in self.named_modules(prefix):
            for name, grad in module.grads.items():
                array = getattr(module, name)
                if id(array) not in seen:
                    seen.add(id(array))
                    yield path + name, array, grad

    def learns(self, name):
        """Whether this parameter of the module has a gradient to add to."""
        return self.grads[name] is not None

    def is_frozen(self):
        """Whether nothing in this module, nor inside it, learns."""
        return all(grad is None for _, _, grad in self.named_parameters())

    def zero_grad(self):
        """Set every gradient to zero, before the next sum of gradients."""
        for _, _, grad in self.named_parameters():
            if grad is not None:
                grad.fill(0)

    def to(self, dtype):
        """Change the dtype of all parameters; gradients begin again at 0."""
        moved = {}
        for _, module in self.named_modules():
            for name, grad in module.grads.items():
                array = getattr(module, name)
                if id(array) not in moved:
                    new = array.astype(dtype)
                    new_grad = None if grad is None else np.zeros_like(new)
                    moved[id(array)] = array, new, new_grad
                _, new, new_grad = moved[id(array)]
                setattr(module, name, new)
                module.grads[name] = new_grad
        return self


class ModuleList(Module):
    """Modules in a row, named 0, 1, 2, ..."""

    def __init__(self, modules):
        super().__init__()
        self.modules = list(modules)

    def children(self):
        yield from ((str(i), child) for i, child in enumerate(self.modules))

    def __iter__(self):
        return iter(self.modules)

    def __len__(self):
        return len(self.modules)

    def __getitem__(self, index):
        return self.modules[index]
