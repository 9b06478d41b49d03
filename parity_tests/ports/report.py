"""The table of `twinformer parity`, what is said below it, and the same as JSON."""
from typing import Any

from .explaining import Explanation
from .trying import Row, Side

__all__ = ["as_json", "headings", "line", "said_about", "summary"]


def headings(sides: list[Side], width: int) -> str:
    first = f"{'':{width}}  {'':14}" + "".join(f"  {side.label:>15}" for side in sides)
    second = f"{'component':{width}}  {'shapes of y':14}" + "  output gradient" * len(sides)
    return f"{first}\n{second}\n{'-' * len(second)}"


def line(row: Row, sides: list[Side], width: int) -> str:
    """One component: cases, and the worst share of the bound on each side."""
    if row.absent:
        return f"{row.name:{width}}  not there"
    largest = "x".join(map(str, row.largest)) or "1"
    cells = "".join(f"  {cell(row, side, 'y'):>6} {cell(row, side, 'gradient'):>8}"
                    for side in sides)
    failed = row.finding is not None
    end = f"  FAIL ({row.finding.side.label})" if failed and row.finding else ""
    return f"{row.name:{width}}  {f'{row.cases}, to {largest}':14}{cells}{end}"


def cell(row: Row, side: Side, what: str) -> str:
    worst = row.errors.get((side.label, what))
    if worst is None:
        return "-"
    return f"{worst:.2f}" if worst < 100 else ">100"


def said_about(told: Explanation, number: int | str) -> str:
    """All that helps to repair one component."""
    lines = ["", f"{told.component} ({told.side})"]
    if told.error:
        lines.append(f"  {told.error}")
    if told.law:
        lines.append(f"  {told.law}")
    lines += [f"  {failure}" for failure in told.failures]
    lines += [f"  Probably: {cause}" for cause in told.causes]
    lines += ["  The smallest case found that fails:", ""]
    lines += [f"      {code}" for code in told.code.splitlines()]
    return "\n".join([*lines, "", f"  As it was drawn, case {number}: {told.again}"])


def summary(rows: list[Row], package: str) -> str:
    """What was not there, not tried or not run, in a line each."""
    def names(some, most=6):
        first = ", ".join(row.name.rpartition(".")[2] for row in some[:most])
        return first if len(some) <= most else f"{first} and {len(some) - most} others"
    lines = []
    if absent := [row for row in rows if row.absent]:
        lines.append(f"{package} does not have {names(absent)}.")
    if forward := [row for row in rows if row.missing and not row.finding]:
        lines.append(f"Forward only, for want of a backward: {names(forward)}.")
    for option in sorted({option for row in rows for option in row.declined}):
        some = [row for row in rows if option in row.declined]
        lines.append(f"Tried without {option}, which forward does not take: {names(some)}.")
    failed = [row for row in rows if row.finding]
    if failed:
        lines.append(f"These are not the same mathematics: {', '.join(r.name for r in failed)}."
                     + " Begin with the first: others are built on it." * (len(failed) > 1))
    elif any(row.cases for row in rows):
        lines.append("Every error is within what rounding explains (1.00).")
    return "\n".join(lines)


def as_json(rows: list[Row], told: dict[str, Explanation], package: str,
            seed: int) -> dict[str, Any]:
    """For programs; without NaN or infinity."""
    def status(row):
        if row.finding:
            return "error" if row.finding.error else "differs"
        return "absent" if row.absent else "agrees" if row.cases else "not tried"

    def number(x):
        return x if x < 1e300 else None
    return {
        "package": package or "torch_impl", "seed": seed,
        "agrees": not any(row.finding for row in rows),
        "components": [{
            "name": row.name, "status": status(row), "cases": row.cases,
            "worst": {f"{side} {what}": number(worst)
                      for (side, what), worst in row.errors.items()},
            "forward_only": bool(row.missing),
            "tried_without": sorted(row.declined),
            "case": row.finding.number if row.finding else None,
            "explanation": told[row.name].as_dict() if row.name in told else None}
            for row in rows]}
