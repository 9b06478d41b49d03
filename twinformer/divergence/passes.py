"""The whole comparison: ids, outputs, gradients, training steps, in this order."""
from dataclasses import dataclass, field

import numpy as np

from .causes import causes
from .comparing import Row, compared, gradient_rows, output_rows, title
from .failures import raised
from .places import first_parting, place_of_gradient, place_of_output
from .rounding import SAMPLES, SURE, Moves, still
from .steps import StepParting, first_step
from .subject import Subject
from .trace import Trace
from .watching import watch

__all__ = ["Finding", "compare", "run_in"]


@dataclass
class Finding:
    """What was found out.

    Attributes
    ----------
    precision : str
        In which both were computed.
    outputs, gradients : list of Row
    place, gradient_place : str
        Of the first parting; "" where there is none.
    causes : list of str
    random : dict of str to str
        "A" or "B", where it gives other numbers the second time: the first place of it.
    step : StepParting, optional
    losses : (float, float)
    """

    precision: str
    outputs: list[Row]
    gradients: list[Row]
    losses: tuple[float, float]
    place: str = ""
    gradient_place: str = ""
    causes: list[str] = field(default_factory=list)
    random: dict[str, str] = field(default_factory=dict)
    step: StepParting | None = None
    unmatched: tuple[int, int] = (0, 0)     # calls of A, of B, without a counterpart

    @property
    def parts(self) -> bool:
        return bool(self.place or self.gradient_place or self.random or self.step)


def compare(one: Subject, other: Subject, ids: np.ndarray, *, precision: str = "float64",
            gradients: bool = True, steps: int = 0, seed: int = 0,
            learning_rate: float = 1e-3) -> Finding:
    """Run both on ids (B, T + 1) and find where they part.

    precision : {"float64", "float32"}
        In float64 rounding is too small to hide a wrong formula. A model that
        cannot be computed so is compared in float32, and so is the other.

    Raises
    ------
    ValueError
        Where a model does not take ids or gives no logits.
    """
    both, precision, traces = run_in(precision, (one, other), ids, gradients)
    for samples in (SAMPLES, SURE):     # who is about to raise an alarm measures again
        moves = [Moves(subject, trace, ids, gradients, samples)
                 for subject, trace in zip(both, traces)]
        finding = Finding(precision, output_rows(*moves), gradient_rows(*moves),
                          (traces[0].loss, traces[1].loss))
        if not any(row.parts for row in finding.outputs + finding.gradients):
            break
    if not finding.outputs:
        raise ValueError(f"no module of {one.name} has an output of the shape of one of "
                         f"{other.name}: these are other architectures")
    paired = len(finding.outputs)
    finding.unmatched = len(traces[0].calls) - paired, len(traces[1].calls) - paired
    finding.random = {letter: place for letter, subject, trace in zip("AB", both, traces)
                      if (place := random_place(subject, trace, ids))}
    explain(finding, traces[1])
    if steps and not finding.random:
        finding.step = first_step(one, other, ids, steps, seed, learning_rate)
    return finding


def explain(finding: Finding, other: Trace) -> None:
    """Name the places, and what may be the causes."""
    index = first_parting(finding.outputs)
    if index is not None:
        finding.place = place_of_output(finding.outputs, index)
        finding.causes = causes(finding.outputs, index, other.calls)
    index = first_parting(finding.gradients)
    if index is not None:
        finding.gradient_place = place_of_gradient(finding.gradients, index)


def run_in(precision: str, both, ids, gradients: bool):
    """(the two subjects, the precision they could be run in, a Trace of each)"""
    traces = []
    for subject in both:
        try:
            subject.to(precision)
            traces.append(watch(subject, ids, gradients))
        except ValueError:
            raise
        except Exception as problem:
            if precision == "float64" and isinstance(problem, RuntimeError):
                return run_in("float32", both, ids, gradients)  # a dtype written into its code
            raise ValueError(f"{subject.name} cannot be run on ids {ids[:, 1:].shape}: "
                             f"{raised(problem)}") from problem
    return both, precision, traces


def random_place(subject: Subject, trace: Trace, ids) -> str:
    """Where numbers differ from those of the same pass before; "" where none do.

    Threads may add up in another order from run to run: that is no chance.
    """
    rows = []
    for call, again in zip(trace.calls, watch(subject, ids, backward=False).calls):
        error, difference = compared(call.y, again.y, *2 * [largest(call.y)])
        of_input = float("nan")
        if call.x is not None and again.x is not None:
            of_input, _ = compared(call.x, again.x, *2 * [largest(call.x)])
        rows.append(Row(title(call), title(again), call.y.shape, error, difference, of_input,
                        (call, again)))
    index = first_parting(rows)
    return "" if index is None else place_of_output(rows, index)


def largest(array):
    """The room of the largest number, for all of the array"""
    return np.broadcast_to(still(array).max(initial=0), array.shape)
