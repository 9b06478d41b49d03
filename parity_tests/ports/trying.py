"""Run one component on case after case of a seed, and keep what was found.

The truth is the reference in float64, on numbers that float32 can hold; how far
a result may be off is measured for every case and precision (bounds.py). An
alarm is raised only after the bound was measured again, with many samples.
"""
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import torch

from ..bounds import DOUBLE
from ..case import Case
from ..cases import LARGE, seeded_case
from ..finding import AbsentError
from ..running import bounds_of, run_numpy, run_torch
from .laws import broken_law
from .running import DeclinedError, PortError, run_port
from .verdict import Failure, judged, worst_share

__all__ = ["LEAST_CASES", "Finding", "Row", "Side", "compare", "sides_of", "tried"]

LEAST_CASES, MOST_CASES = 16, 200  # of one component, whatever the time
SURE = 30  # samples for the bound, before an alarm


class Side(NamedTuple):
    """A pair of columns: where, how precisely, and which programs."""
    label: str                     # "cpu float32"
    precision: Any                 # np.finfo
    runs: list[Callable[[Case], dict]]
    package: str = ""              # somebody's port

    def takes(self, case: Case) -> bool:
        """Whether the numbers of the case leave room for products."""
        return self.precision.eps <= DOUBLE.eps or case.largest() <= LARGE


class Finding(NamedTuple):
    """The first case that is off on a side."""
    number: int
    side: Side
    case: Case
    failures: list[Failure]
    error: PortError | None = None
    law: str = ""


@dataclass
class Row:
    """What was found out about one component."""
    name: str
    cases: int = 0
    largest: tuple = ()
    absent: bool = False
    declined: set[str] = field(default_factory=set)   # options of the cases
    missing: set[str] = field(default_factory=set)    # gradients it has not
    errors: dict[tuple[str, str], float] = field(default_factory=dict)
    finding: Finding | None = None
    law: Finding | None = None  # what it owes beside the right numbers
    seconds: float = 0.0

    def note(self, side: Side, shares: dict[str, float]) -> None:
        for name, share in shares.items():
            key = side.label, "y" if name == "y" else "gradient"
            self.errors[key] = max(self.errors.get(key, 0.0), share)


def sides_of(package: str = "") -> list[Side]:
    """Float64 and float32, of the twin on every device or of a port."""
    single = np.finfo(np.float32)
    if package:
        return [Side("cpu float64", DOUBLE,  # a copy: it may be written into
                     [lambda c: run_port(c.cast(np.float64), package)], package),
                Side("cpu float32", single,
                     [lambda c: run_port(c.cast(np.float32), package)], package)]
    sides = [
        Side("cpu float64", DOUBLE, [
            lambda c: run_torch(c, fused=False), run_torch]),
        Side("cpu float32", single, [
            lambda c: run_numpy(c.cast(np.float32)),
            lambda c: run_torch(c.cast(np.float32)),
            lambda c: run_torch(c.cast(np.float32), fused=False)])]
    devices = [("cuda", torch.cuda.is_available(), ["float64", "float32"]),
               ("mps", torch.backends.mps.is_available(), ["float32"])]
    for device, there, precisions in devices:
        if there:
            torch.set_float32_matmul_precision("highest")  # no TF32 in a proof
            sides += [Side(f"{device} {name}", np.finfo(name), [
                lambda c, device=device, name=name: run_torch(
                    c, device=device, dtype=getattr(torch, name))])
                for name in precisions]
    return sides


def tried(part, sides, seconds: float, seed: int,
          numbers: list[int] | None = None) -> Row:
    """Run a component on cases until the time is over or one is off.

    numbers
        Which cases of the seed; from 0 on if None.
    """
    row, began = Row(part.name), time.perf_counter()
    for number in range(MOST_CASES) if numbers is None else numbers:
        case = seeded_case(part, seed, number)
        try:
            row.finding = compare(number, case, sides, row)
        except AbsentError:
            row.absent = row.cases == 0
            break
        except DeclinedError as declined:
            row.declined.add(str(declined))
            continue
        finally:
            row.seconds = time.perf_counter() - began
        row.cases += 1
        row.largest = max(row.largest, case.dy.shape, key=lambda s: np.prod(s))
        if row.finding or (row.cases >= LEAST_CASES and row.seconds > seconds):
            break
    row.finding = row.finding or row.law
    return row


def compare(number: int, case: Case, sides: list[Side], row: Row) -> Finding | None:
    """One case on every side; what is off on the first that is."""
    with np.errstate(all="ignore"):
        truth = run_numpy(case)
        bounds: dict[float, dict] = {}
        for side in sides:
            if not side.takes(case):
                continue
            eps = float(side.precision.eps)
            if eps not in bounds:
                spelled, bounds[eps] = bounds_of(case, precision=side.precision)
            for run in side.runs:
                try:
                    result = run(case)
                except PortError as error:
                    return Finding(number, side, case, [], error)
                found = off(result, truth, bounds[eps], spelled, case, side, row)
                if found:
                    law = row.law.law if row.law else broken_law(
                        case, side.package, truth, bounds[eps]) if side.package else ""
                    return Finding(number, side, case, found, law=law)
            if side.package and not row.law:
                law = broken_law(case, side.package, truth, bounds[eps])
                row.law = Finding(number, side, case, [], law=law) if law else None
    return None


def off(result, truth, bounds, spelled, case, side, row) -> list[Failure]:
    """What is beyond its bound, also once that is measured thoroughly."""
    other = None if side.package else spelled
    expected = None
    if side.package and set(result) == {"y"}:  # no backward: one word about it
        expected = {"y"}
        row.missing |= set(truth) - expected
    if judged(result, truth, bounds, other, expected):
        _, sure = bounds_of(case, precision=side.precision, samples=SURE)
        bounds.update({name: np.maximum(bound, sure[name])
                       for name, bound in bounds.items()})
    row.note(side, worst_share(result, truth, bounds, other))
    return judged(result, truth, bounds, other, expected)
