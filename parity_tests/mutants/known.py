"""Cases of every component, with the twin's results: what most mutants fail."""
import pickle
from dataclasses import fields
from pathlib import Path

__all__ = ["gives", "write_known_results"]

CASES = 8


def write_known_results(path, cases: int = CASES) -> None:
    """Cases of every component, with the twin's results and bounds."""
    import numpy as np
    import torch

    from ..cases import Seeded
    from ..components import COMPONENTS
    from ..running import bounds_of

    torch.set_num_threads(1)
    known = {}
    for part in COMPONENTS:
        known[part.name] = []
        for seed in range(cases):
            case = part.case(Seeded([seed, 99]))
            with np.errstate(all="ignore"):
                exact, bounds = bounds_of(case)
            parts = {f.name: getattr(case, f.name) for f in fields(case)
                     if f.name != "component"}
            known[part.name].append((parts, exact, bounds))
    Path(path).write_bytes(pickle.dumps(known))


def gives(path: str, module: str) -> bool:
    """Whether the reference, as it is imported here, gives these results.

    Components of the same module come first, as the likeliest to differ.
    """
    import numpy as np

    from ..agreement import fraction
    from ..case import Case
    from ..components import COMPONENTS
    from ..running import run_numpy

    known = pickle.loads(Path(path).read_bytes())
    order = sorted(COMPONENTS, key=lambda part: part.room != module)
    for part in order:
        for parts, exact, bounds in known[part.name]:
            with np.errstate(all="ignore"):
                found = run_numpy(Case(part, **parts))
            if not all(fraction(found[name], y, bounds[name]) <= 1
                       for name, y in exact.items()):
                return False
    return True
