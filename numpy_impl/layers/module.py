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
    """A layer: arrays that learn, their gradients, and layers inside it."""

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

        A shared parameter comes once, under its first name.
        """
        seen = set()
        for path, module in self.named_modules(prefix):
            for name, grad in module.grads.items():
                if id(grad) not in seen:
                    seen.add(id(grad))
                    yield path + name, getattr(module, name), grad

    def zero_grad(self):
        """Set every gradient to zero, before the next sum of gradients."""
        for _, _, grad in self.named_parameters():
            grad.fill(0)

    def to(self, dtype):
        """Change the dtype of all parameters; gradients begin again at 0."""
        moved = {}
        for _, module in self.named_modules():
            for name, grad in module.grads.items():
                array = getattr(module, name)
                if id(grad) not in moved:
                    new = array.astype(dtype)
                    moved[id(grad)] = grad, new, np.zeros_like(new)
                _, new, new_grad = moved[id(grad)]
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
