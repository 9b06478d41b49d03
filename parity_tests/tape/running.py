"""Running a case on the tape: the reference's forward, and no backward of it."""
import numpy as np

from ..case import Case, is_float
from ..running import gradient_name, load, remembered
from .variable import Variable, gradients

__all__ = ["put_on_tape", "run_tape"]


def run_tape(case: Case, package: str = "numpy_impl") -> dict[str, np.ndarray]:
    """{name: array} as run_numpy gives it, with the tape's gradients."""
    part, case = case.component, case.laid_out()
    inputs = {name: Variable(a) if is_float(a) else a
              for name, a in case.inputs.items()}
    wanted = {f"d{name}": inputs[name] for name in case.floats()}
    f = part.find(package)
    with np.errstate(all="ignore"):
        if part.is_class():
            layer = load(f(*case.arguments), case)
            wanted |= {gradient_name(name): variable
                       for name, variable in put_on_tape(layer).items()}
            f = layer.forward
        given = case.positional(inputs)
        result = f(*given, **case.named(inputs), **case.options())
        y, *_ = remembered(part.remembers, result, given)
        found = gradients(y, case.dy, list(wanted.values()))
    return {"y": y.data, **dict(zip(wanted, found, strict=True))}


def put_on_tape(layer) -> dict[str, Variable]:
    """Make Variables of a layer's parameters: {dotted name: Variable}; a
    parameter with two uses becomes one Variable."""
    variables: dict[str, Variable] = {}
    for name, module, attribute in layer.uses():
        array = getattr(module, attribute)
        variable = variables.setdefault(name, Variable(array))
        setattr(module, attribute, variable)
    return variables
