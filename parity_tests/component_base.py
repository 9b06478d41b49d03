"""Something under proof, that both packages have: where it is, what goes in,
and what it remembers for its backward.
"""
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from .case import Case
from .finding import found

__all__ = ["Component"]


@dataclass(frozen=True)
class Component:
    """Something both packages have.

    Attributes
    ----------
    room
        Its module, "layers.norm".
    public
        Its name there, "LayerNorm".
    make
        make(source) -> (constructor arguments, inputs, shape of y, options);
        source supplies sizes and numbers, options are those of Case.
    label
        What sets this entry apart from others of the same name.
    backward
        Functions: the name of the backward, default public + "_backward".
    remembers
        Functions: what the backward is given besides dy: "input", "inputs" (all
        of them), "output", or "cache", which forward returned as its second
        value. Where forward returns y alone, for nothing has to be kept: its
        other "arguments".
    by_name
        Inputs that the call takes by their names; None is left out.
    complex_step
        Whether the reference's forward can be run with complex numbers.
    huge
        The largest hostile value. Scores are products, and softmax looks at
        their difference: of scores near 1e60 rounding decides which is the
        larger, and there is nothing left to agree on. So it is with the
        deviation of a row of equal values, once its rounding is above the
        norm's own epsilon.
    model
        Whether it is a whole model, which takes keep, mask, ... one by one;
        a layer takes them in a Context. It is slow, and so tried less often.
    skips
        {proof: why}: what is not asked of it, as test_components.py calls it.
    """

    room: str
    public: str
    make: Callable
    label: str = ""
    backward: str = ""
    remembers: str = "cache"
    by_name: tuple[str, ...] = ()
    complex_step: bool = True
    huge: float = 1e30
    model: bool = False
    skips: dict[str, str] = field(default_factory=dict, hash=False)

    @property
    def name(self) -> str:
        return f"{self.room}.{self.public}{self.label}"

    def case(self, source) -> Case:
        """Draw a case: from a seed, `Seeded(7)`, or by Hypothesis."""
        arguments, inputs, y_shape, options = self.make(source)
        parameters = {}
        if self.is_class():
            layer = self.find("numpy_impl")(*arguments)
            parameters = {name: source.parameter(array.shape)
                          for name, array in layer.named_parameters()}
        return Case(self, arguments, parameters, inputs,
                    np.asarray(source.numbers(y_shape)), **options)

    def construction(self, arguments) -> str:
        """The call of its constructor, as one writes it."""
        return f"{self.public}({', '.join(map(repr, arguments))})"

    def is_class(self) -> bool:
        return self.public[0].isupper()

    def as_written(self, inputs) -> dict:
        """The inputs as somebody calls it with, {name: value}."""
        return inputs

    def backward_name(self) -> str:
        return self.backward or f"{self.public}_backward"

    def find(self, package: str, name: str = ""):
        """The class or function in a package; AbsentError if it has none."""
        return found(package, self.room, name or self.public)
