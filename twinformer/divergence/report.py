"""What was found, as a table for people, as JSON for programs, as a picture."""
import math
from pathlib import Path

from ..io.figures import in_any_script, save_figure
from .comparing import Row
from .passes import Finding
from .places import first_parting

__all__ = ["as_json", "plot", "table"]

AROUND = 6      # rows shown before and after the first that parts, in a long table
LONG = 40       # a longer table is cut


def table(rows: list[Row], heading: str, full: bool = False) -> str:
    """One line a comparison, with B's name where it is another."""
    shown = rows if full or len(rows) <= LONG else around(rows)
    names = [row.name if row.name == row.other else f"{row.name} = {row.other}" for row in shown]
    width = max([len(heading), *map(len, names)])
    lines = [f"{heading:{width}}  {'shape':>14}  {'error':>9}  {'|A - B|':>8}"]
    lines.append("-" * len(lines[0]))
    for name, row in zip(names, shown):
        shape = "x".join(map(str, row.shape)) or "1"
        lines.append(f"{name:{width}}  {shape:>14}  {units(row.error):>9}  "
                     f"{row.difference:>8.1e}  {'PARTS' if row.parts else 'agrees'}")
    if len(shown) < len(rows):
        lines.append(f"... {len(rows) - len(shown)} rows more: --full shows them")
    return "\n".join(lines)


def around(rows: list[Row]) -> list[Row]:
    index = first_parting(rows)
    if index is None:
        return sorted(rows, key=lambda row: row.error)[-2 * AROUND:]
    return rows[max(0, index - AROUND):index + AROUND]


def units(error: float) -> str:
    if not math.isfinite(error):
        return "NaN, inf"
    return f"{error:.2f}" if error < 1e4 else f"{error:.1e}"


def as_json(finding: Finding) -> dict:
    """Plain values; what is not finite is null."""
    def rows(found):
        return [{"a": row.name, "b": row.other, "shape": list(row.shape),
                 "error": finite(row.error), "difference": finite(row.difference),
                 "parts": row.parts} for row in found]
    step = finding.step
    return {
        "agree": not finding.parts, "precision": finding.precision,
        "loss": [finite(loss) for loss in finding.losses],
        "first_output": finding.place or None, "causes": finding.causes,
        "first_gradient": finding.gradient_place or None, "random": finding.random,
        "first_step": step and {
            "step": step.step, "tensor": step.what, "error": finite(step.error),
            "others": step.others, "cause": step.cause or None},
        "outputs": rows(finding.outputs), "gradients": rows(finding.gradients)}


def finite(number: float) -> float | None:
    return number if math.isfinite(number) else None


@in_any_script
def plot(finding: Finding, path: Path, title: str) -> None:
    """The error of every module by depth, PNG or SVG by the file's ending."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    figure = Figure(figsize=(9, 4.5), layout="constrained")
    figure.suptitle(title)
    axes = figure.subplots()
    outputs, gradients = finding.outputs, finding.gradients
    place = {row.name: x for x, row in enumerate(outputs)}
    axes.plot(range(len(outputs)), [visible(row) for row in outputs], marker="o", markersize=3,
              color="#1f77b4", label="outputs")
    behind = [(place[name], visible(row)) for row in gradients
              if (name := row.name.removeprefix("output of ")) in place]
    if behind:
        axes.plot(*zip(*sorted(behind)), marker="o", markersize=3, color="#d95f02",
                  label="gradients of outputs")
    axes.axhline(1, color="black", linewidth=0.8, linestyle="--",
                 label="what rounding explains")
    index = first_parting(outputs)
    if index is not None:
        axes.axvline(index, color="#d62728", linewidth=0.8)
        axes.annotate(finding.place, (index, 1), color="#d62728", rotation=90, fontsize=8,
                      xytext=(3, 3), textcoords="offset points")
    axes.set_yscale("log")
    axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    axes.set_xlabel("module, in the order of computing")
    axes.set_ylabel("error, 1 = what rounding explains")
    axes.legend()
    axes.grid(alpha=0.3)
    save_figure(figure, path)


def visible(row: Row) -> float:
    """On a logarithmic axis: 0 and infinity at its ends."""
    return min(max(row.error, 1e-3), 1e16) if math.isfinite(row.error) else 1e16
