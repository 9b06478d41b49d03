"""A case as code that can be pasted at a prompt, and what it should give."""
from contextlib import suppress

import numpy as np

from ..case import Case
from ..finding import found
from .running import backward_of, by_autograd

__all__ = ["as_code"]

LONGEST = 200  # numbers that are printed; a case of more is run by its seed


def as_code(case: Case, package: str, again: str) -> str:
    """The call of a component on this case, by the port's contract.

    again : str
        The command that runs it again, for what is too long to print.
    """
    part = case.component
    arrays = {**case.parameters, **case.inputs, "dy": case.dy}
    plain = (case.keep is None and not case.strided
             and not any(isinstance(a, np.ndarray)
                         for a in (case.mask, case.read, case.positions)))
    if not plain or sum(np.size(a) for a in arrays.values()) > LONGEST:
        return f"{again}\n"
    own, backward = found(package, part.room, part.public), backward_of(part, package)
    torch = by_autograd(part, package)
    lines = torch_lines(case) if torch \
        else numpy_lines(case, package, backward is not None or part.is_class())
    extra = "import torch\n" if torch else ""
    names = [imported(own, part.public)]
    if backward is not None and not torch:
        own_backward = found(package, part.room, part.backward_name())
        names.append(imported(own_backward, part.backward_name()))
    if "Linear(" in part.construction(case.arguments) and part.public != "Linear":
        extra += f"from {found(package, 'layers.linear', 'Linear').__module__} import Linear\n"
    return (f"import numpy as np\n{extra}"
            f"from {own.__module__} import {', '.join(names)}\n\n"
            + "\n".join(lines) + "\n")


def imported(thing, name: str) -> str:
    """"LayerNorm", or "MyLayerNorm as LayerNorm" """
    return name if thing.__name__ == name else f"{thing.__name__} as {name}"


def numpy_lines(case: Case, package: str, has_backward: bool) -> list[str]:
    part, given = case.component, inputs_of(case)
    layer = None
    if part.is_class():
        with suppress(Exception):  # that is what the report is about, then
            layer = part.find(package)(*case.arguments)
    has_backward = has_backward and (layer is None or hasattr(layer, "backward"))
    lines = [f"{name} = {literal(a)}" for name, a in given.items()]
    call = call_of(case)
    if has_backward and case.has_gradients():
        lines.append(f"dy = {literal(case.dy)}")
    if part.is_class():
        lines += [f"layer = {part.construction(case.arguments)}"]
        if case.parameters and hasattr(layer, "to"):
            lines.append("layer.to(np.float64)")
        lines += [f"{path('layer', name)} = {literal(a)}"
                  for name, a in case.parameters.items()]
        if not has_backward:
            return [*lines, f"print(layer.forward({call}))"]
        lines += [f"y, cache = layer.forward({call})", "print(y)",
                  "print(layer.backward(dy, cache))"]
        own_grads = hasattr(layer, "grads")
        return lines + [f"print({path('layer', name, own_grads, not own_grads)})"
                        for name in case.parameters]
    first = "y, cache" if part.remembers == "cache" else "y"
    lines += [f"{first} = {part.public}({call})", "print(y)"]
    if has_backward and case.has_gradients():
        memory = {"cache": "cache",
                  "output": "y", "input": next(iter(given)), "inputs": call,
                  "bent": ", ".join(["y", *list(given)[1:]]),
                  "arguments": ", ".join(list(given)[1:])}[part.remembers]
        lines += [f"print({part.backward_name()}(dy, {memory}))"]
    return lines


def torch_lines(case: Case) -> list[str]:
    part, given = case.component, inputs_of(case)

    def tensor(a, learns=False):
        if not isinstance(a, np.ndarray):
            return repr(a)
        grad = ", requires_grad=True" if learns else ""
        return f"torch.tensor({a.tolist()!r}{kind(a)}{grad})"
    lines = [f"{name} = {tensor(a, name in case.floats())}"
             for name, a in given.items()]
    call = call_of(case)
    f = part.public
    if part.is_class():
        lines += [f"layer = {part.construction(case.arguments)}.double().eval()"]
        lines += [f"{path('layer', name)}.data = {tensor(a)}"
                  for name, a in case.parameters.items()]
        f = "layer"
    lines += [f"y = {f}({call})", "print(y)", f"y.backward({tensor(case.dy)})"]
    lines += [f"print({name}.grad)" for name in case.floats()]
    lines += [f"print({path('layer', name)}.grad)" for name in case.parameters]
    return lines


def inputs_of(case: Case) -> dict:
    options = {"rate": case.rate} if case.rate is not None else {}
    left_out = set(case.component.by_name) - set(case.named(case.inputs))
    inputs = case.component.as_written(case.inputs)
    return {name: a for name, a in {**inputs, **options}.items() if name not in left_out}


def call_of(case: Case) -> str:
    """"q, k, v, scale=scale" """
    names = [*case.component.by_name, "rate"]
    return ", ".join(f"{name}={name}" if name in names else name for name in inputs_of(case))


def path(root: str, name: str, in_grads: bool = False, d: bool = False) -> str:
    """"blocks.0.norm1.weight" -> "layer.blocks[0].norm1.weight" """
    *folders, last = name.split(".")
    for folder in folders:
        root += f"[{folder}]" if folder.isdigit() else f".{folder}"
    return f"{root}.grads[{last!r}]" if in_grads else f"{root}.{'d' * d}{last}"


def literal(a) -> str:
    if not isinstance(a, np.ndarray):
        return repr(a)
    if not a.size:
        return f"np.zeros({a.shape}, {a.dtype.name!r})"
    numbers = repr(a.tolist()).replace("nan", "np.nan").replace("inf", "np.inf")
    return f"np.array({numbers})"


def kind(a) -> str:
    return ", dtype=torch.float64" if a.dtype.kind == "f" else ""
