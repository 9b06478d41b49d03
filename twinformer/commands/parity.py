"""Prove that the reference and the twin are the same mathematics, here and now.

  twinformer parity
  twinformer parity --component attention --seconds 60
  twinformer parity --package my_port

Every component is run on random shapes, weights and inputs, forward and
backward, in both packages. The table shows the worst error of the output and
of all gradients as a fraction of what rounding can explain (above 1.00 would
be a different formula, and ends with exit code 1):

  float64   the reference, the twin spelled out with autograd, and the twin
            with torch's fused kernels, against each other
  float32   the reference and the twin against the reference in float64
  cuda ...  the twin on each accelerator that is there, against the same

How far rounding can go is measured for every case, by letting each operation
err at random: see parity_tests/agreement.py.

Your own port: --package NAME compares a package of the same folders, files and
names (NAME.layers.norm.LayerNorm, ...) with the reference. It follows one of
two contracts, which NAME/layers/module.py decides: if its Module is torch's,
layers are called and differentiated by autograd; else forward returns
(y, cache) and backward(dy, cache) the input gradients, as in numpy_impl, on
NumPy arrays. What it does not have yet is listed, and does not fail.
"""
import importlib
import sys
import time

__all__ = ["add_arguments", "run"]

LEAST_CASES, MOST_CASES = 5, 200  # of one component, whatever the time


def add_arguments(parser) -> None:
    parser.add_argument("--component", default="", metavar="TEXT",
                        help="only those with this text in their name")
    parser.add_argument("--seconds", type=float, default=20.0,
                        help="how long to go on trying cases")
    parser.add_argument("--seed", type=int, default=0,
                        help="decides all shapes and numbers")
    parser.add_argument("--package", default="", metavar="NAME",
                        help="compare this package with the reference instead of the twin")


def run(arguments) -> int:
    import torch
    from threadpoolctl import threadpool_limits

    from parity_tests import COMPONENTS

    chosen = [part for part in COMPONENTS if arguments.component.lower() in part.name.lower()]
    if not chosen:
        raise ValueError(f"no component has {arguments.component!r} in its name: "
                         f"there are {', '.join(part.public for part in COMPONENTS)}")
    if not 0 < arguments.seconds < float("inf"):
        raise ValueError(f"--seconds must be positive, got {arguments.seconds}")
    if arguments.seed < 0:
        raise ValueError(f"--seed must be 0 or more, got {arguments.seed}")
    if arguments.package:
        check_package(arguments.package)
    sides = rivals(arguments.package)
    width = max(len(part.name) for part in chosen)
    print(headings(sides, width))

    failed = []
    began = time.perf_counter()
    torch.set_num_threads(1)  # the cases are small
    with threadpool_limits(1):
        for index, part in enumerate(chosen):
            left = arguments.seconds - (time.perf_counter() - began)
            row = tried(part, sides, left / (len(chosen) - index), arguments.seed)
            print(line(part.name, row, sides, width), flush=True)
            failed += [part.name] * (row.worst > 1)
    if failed:
        print(f"\nThese are not the same mathematics: {', '.join(failed)}")
        return 1
    print("\nEvery error is within what rounding explains (1.00).")
    return 0


class Row:
    """What was found out about one component."""

    def __init__(self):
        self.cases, self.largest, self.absent = 0, (), False
        self.errors = {}  # (side, "y" or "gradient") -> worst fraction

    def note(self, side, fractions):
        for name, fraction in fractions.items():
            key = side, "y" if name == "y" else "gradient"
            self.errors[key] = max(self.errors.get(key, 0.0), fraction)

    @property
    def worst(self) -> float:
        return max(self.errors.values(), default=0.0)


def rivals(package: str) -> list[tuple[str, str]]:
    """(device, precision) of every pair of columns."""
    import torch

    sides = [("cpu", "float64"), ("cpu", "float32")]
    if not package and torch.cuda.is_available():
        torch.set_float32_matmul_precision("highest")  # no TF32 in a proof
        sides += [("cuda", "float64"), ("cuda", "float32")]
    if not package and torch.backends.mps.is_available():
        sides += [("mps", "float32")]
    return [(f"{device} {precision}", package) for device, precision in sides]


def tried(part, sides, seconds: float, seed: int) -> Row:
    """Run a component on cases from the seed until the time is over."""
    from parity_tests import Seeded

    row, began = Row(), time.perf_counter()
    while row.cases < MOST_CASES:
        case = part.case(Seeded([seed, row.cases]))
        try:
            compare(case, sides, row)
        except AbsentError:
            row.absent = True
            return row
        row.cases += 1
        row.largest = max(row.largest, case.dy.shape, key=size)
        if row.cases >= LEAST_CASES and time.perf_counter() - began > seconds:
            break
    return row


def compare(case, sides, row: Row) -> None:
    """One case on every side, against the reference in float64."""
    import numpy as np
    import torch

    from parity_tests import DOUBLE, bounds_of, fraction, run_numpy, run_torch

    case = case.cast(np.float32).cast(np.float64)  # one truth for both
    truth = run_numpy(case)
    spelled, bounds = bounds_of(case)
    for side, package in sides:
        device, precision = side.split()
        single = case.cast(np.float32)
        if package:
            results = [foreign(single if precision == "float32" else case, package)]
        elif device != "cpu":
            results = [run_torch(case, device=device, dtype=getattr(torch, precision))]
        elif precision == "float64":
            results = [spelled, run_torch(case)]
        else:
            results = [run_numpy(single), run_torch(single), run_torch(single, fused=False)]
        larger = np.finfo(precision).eps / DOUBLE.eps
        for result in results:
            row.note(side, {name: fraction(result.get(name), truth[name], bounds[name] * larger)
                            for name in truth})


class AbsentError(Exception):
    """The port does not have this component."""


def foreign(case, package: str):
    """A port's result."""
    from parity_tests import run_twin

    try:
        case.component.find(package)
    except (ModuleNotFoundError, AttributeError) as problem:
        raise AbsentError from problem
    return run_twin(case, package)


def check_package(name: str) -> None:
    """ValueError if there is no package of that name with our folders."""
    sys.path.insert(0, "")  # as `python -m` does: a port lies beside its user
    for module in (name, f"{name}.layers.module"):
        try:
            importlib.import_module(module)
        except ModuleNotFoundError as problem:
            raise ValueError(f"--package {name}: {problem}; expected a package with the folders "
                             "of numpy_impl, layers/module.py first") from problem


def headings(sides, width: int) -> str:
    first = f"{'':{width}}  {'':14}" + "".join(f"  {side:>15}" for side, _ in sides)
    second = f"{'component':{width}}  {'shapes of y':14}" + "  output gradient" * len(sides)
    return f"{first}\n{second}\n{'-' * len(second)}"


def line(name: str, row: Row, sides, width: int) -> str:
    if row.absent:
        return f"{name:{width}}  not there"
    largest = "x".join(map(str, row.largest)) or "1"
    cells = "".join(f"  {shown(row, side, 'y'):>6} {shown(row, side, 'gradient'):>8}"
                    for side, _ in sides)
    return f"{name:{width}}  {f'{row.cases}, to {largest}':14}{cells}"


def shown(row: Row, side: str, what: str) -> str:
    return f"{row.errors[side, what]:.2f}" if (side, what) in row.errors else "-"


def size(shape) -> int:
    count = 1
    for side in shape:
        count *= side
    return count
