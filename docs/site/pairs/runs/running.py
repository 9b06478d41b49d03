"""A pair with numbers: a few lines that run in the reference, the same in the twin, and what each
line of the two files gave."""
import ast
import functools
import re
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from . import RUNS
from .tracing import Step, traced

__all__ = ["Ran", "ran"]


@dataclass(frozen=True)
class Ran:
    """What came of a run.

    forward, backward : the reference's steps, those of the outermost calls
    twin : {(function, name): value} of the twin's steps
    worst : the largest difference of a result, nan where the twin was not run
    """

    forward: list[Step]
    backward: list[Step]
    twin: dict[tuple[str, str], Any] = field(default_factory=dict)
    worst: float = float("nan")
    names: dict[str, Any] = field(default_factory=dict)


@functools.cache
def ran(name: str) -> Ran | None:
    """The run of a pair; None where it has none."""
    run = RUNS.get(name)
    if run is None:
        return None
    space: dict[str, Any] = {}
    exec(run.setup, space)
    with traced(f"numpy_impl/{name}.py", run.follow) as forward:
        exec(run.forward, space)
    with traced(f"numpy_impl/{name}.py", run.follow) as backward:
        exec(run.backward, space)
    if not run.twin:
        return Ran(forward, backward, names=space)
    twin, worst = in_the_twin(name, run, space)
    return Ran(forward, backward, twin, worst, space)


def in_the_twin(name: str, run, ours: dict[str, Any]):
    """The twin's values by name, and how far its results are from the reference's."""
    import torch

    from torch_impl.layers.fused import spelled_out

    space: dict[str, Any] = {"torch": torch}
    exec(translated(run.setup), space)
    space |= {key: load(space[key], ours[key]) for key in space
              if hasattr(space[key], "named_parameters") and not isinstance(space[key], type)}
    space |= {key: tensor(value, key in run.differentiated()) for key, value in space.items()
              if isinstance(value, np.ndarray)}
    with spelled_out(), traced(f"torch_impl/{name}.py") as steps:
        exec(without_cache(run.forward) if run.backward else run.forward, space)
    twin = {(step.function, key): value for step in steps for key, value in step.gives.items()}
    compared = [key for key in results(run.forward) if key != "cache"] or [
        key for key, value in space.items() if isinstance(value, torch.Tensor)]  # in place
    differences = [difference(ours[key], space[key]) for key in compared if key in space]
    if run.backward:
        wanted = {key: (ours[f"d{key}"], space[key]) for key in run.differentiated()}
        for key in ("layer", "model"):
            if key in space:
                own = dict(space[key].named_parameters())
                wanted |= {name: (gradient, own[name])
                           for name, gradient in ours[key].named_gradients()}
        grads = torch.autograd.grad(space[run.result()], [one for _, one in wanted.values()],
                                    space["dy"], allow_unused=True)
        differences += [difference(mine, grad)
                        for (mine, _), grad in zip(wanted.values(), grads) if grad is not None]
    return twin, max(differences, default=float("nan"))


def translated(code: str) -> str:
    """A setup for the twin: its imports, without backwards; weights come from the reference."""
    tree = ast.parse(code)
    for node in tree.body:
        if isinstance(node, ast.ImportFrom):
            node.module = (node.module or "").replace("numpy_impl", "torch_impl")
            node.names = [name for name in node.names if not name.name.endswith("_backward")]
    kept = [node for node in tree.body if not (isinstance(node, ast.ImportFrom) and not node.names)
            and not ast.unparse(node).startswith(("layer.load_state", "model.load_state"))]
    return re.sub(r"\.to\(np\.(\w+)\)", r".to(torch.\1)", "\n".join(map(ast.unparse, kept)))


def without_cache(code: str) -> str:
    """The twin returns y alone."""
    return re.sub(r"^(\w+), cache = ", r"\1 = ", code, flags=re.M)


def results(code: str) -> list[str]:
    return re.findall(r"^(\w+)(?:, \w+)* = ", code, flags=re.M)


def tensor(array: np.ndarray, learns: bool):
    import torch

    found = torch.from_numpy(array.copy())
    return found.requires_grad_() if learns else found


def load(layer, reference):
    """The twin's layer with the reference's weights."""
    import torch

    with torch.no_grad():
        theirs = dict(layer.named_parameters())
        for key, array in reference.named_parameters():
            theirs[key].copy_(torch.from_numpy(np.asarray(array)))
    return layer.eval()


def difference(ours, theirs) -> float:
    theirs = theirs.detach().numpy() if hasattr(theirs, "detach") else theirs
    ours, theirs = np.asarray(ours), np.asarray(theirs)
    if ours.dtype.kind not in "fiub" or ours.shape != theirs.shape:
        return float(not np.array_equal(ours, theirs))
    if ours.size == 0:
        return 0.0
    with np.errstate(invalid="ignore"):
        apart = np.abs(ours.astype(float) - theirs.astype(float))
    return float(np.where(np.equal(ours, theirs), 0, apart).max())
