"""Modules inside modules: what each is called, where its parameters are used,
and how the whole is printed. No arithmetic, so no library either.
"""
from collections.abc import Iterator
from typing import Any

from .printing import printed

__all__ = ["ModuleTree"]


class ModuleTree:
    """The part of torch.nn.Module that only names what is inside, in torch's order.

    grads : {attribute: gradient or None} of the module's own parameters
    """

    grads: dict[str, Any]

    def named_children(self) -> Iterator[tuple[str, Any]]:
        """Yield (name, module) of the modules directly inside this one."""
        for name, child in vars(self).items():
            if isinstance(child, ModuleTree):
                yield name, child

    def named_modules(self, prefix: str = "") -> Iterator[tuple[str, Any]]:
        """Yield (dotted name, module): this one, "", and all inside it."""
        yield prefix, self
        for name, child in self.named_children():
            yield from child.named_modules(dotted(prefix, name))

    def children(self) -> Iterator[Any]:
        return (child for _, child in self.named_children())

    def modules(self) -> Iterator[Any]:
        return (module for _, module in self.named_modules())

    def uses(self) -> list[tuple[str, Any, str]]:
        """(dotted name, module, attribute) of each place that has a parameter

        One that is shared comes once for each place, always under its first
        name.
        """
        uses = []
        names: dict[int, str] = {}
        for path, module in self.named_modules():
            for attribute in module.grads:
                array = getattr(module, attribute)
                name = names.setdefault(id(array), dotted(path, attribute))
                uses.append((name, module, attribute))
        return uses

    def extra_repr(self) -> str:
        """The sizes of this layer, for print(model)."""
        return ""

    def __repr__(self) -> str:
        return printed(self)


def dotted(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name
