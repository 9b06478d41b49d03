"""The same part with numbers: what each line gave, in both implementations."""
from html import escape

import numpy as np

from .running import Ran, ran
from .runs import RUNS
from .shapes import array_of, shape_text
from .tracing import Step
from .words import say

__all__ = ["numbers", "written"]

FEW = 24        # numbers that are printed; of larger arrays the shape alone


def numbers(name: str, language: str) -> str:
    """Markdown of the section; "" for a pair without a run."""
    run, found = RUNS.get(name), ran(name)
    if run is None or found is None:
        return ""
    parts = [say("numbers text", language), f"```python\n{run.code()}\n```"]
    for key, steps in (("forward run", found.forward), ("backward run", found.backward)):
        body = table(steps, found, language)
        if body:
            parts.append(f"**{say(key, language)}**\n\n```{{raw}} html\n{body}\n```")
    if not np.isnan(found.worst):
        worst = say("exactly", language) if found.worst == 0 else f"{found.worst:.1e}"
        parts.append(say("twin says", language, worst=worst))
    return "\n\n".join(parts) + "\n"


def table(steps: list[Step], found: Ran, language: str) -> str:
    rows, told = [], set()
    for step in steps:
        for key in step.uses:      # what came in from outside, once
            entering = array_of(step.reads.get(key))
            if key not in told and entering is not None and entering.ndim:
                told.add(key)
                rows.append(row("", key, entering, language))
        for key, value in step.gives.items():
            array = array_of(value[0] if key == "return" and isinstance(value, tuple) and value
                             else value)
            if array is None or key == "_":
                continue
            told.add(key)
            rows.append(row(step.text, key, array, language))
    if not any(rows):
        return ""
    head = "".join(f"<th>{say(key, language)}</th>" for key in ("line", "name", "shape", "value"))
    return (f'<div class="tf-scroll"><table class="tf-numbers"><thead><tr>{head}</tr></thead>'
            f'<tbody>{"".join(rows)}</tbody></table></div>')


def row(text: str, key: str, array: np.ndarray, language: str) -> str:
    name = {"return": "→"}.get(key, key).replace("grad ", "d")
    line = f"<code>{escape(text)}</code>" if text else f"<i>{say('given', language)}</i>"
    return (f"<tr><td>{line}</td><td><code>{escape(name)}</code></td>"
            f"<td>{shape_text(array)}</td><td><pre>{escape(written(array))}</pre></td></tr>")


def written(array: np.ndarray) -> str:
    """The numbers as one writes them on paper; "…" for many."""
    if array.size > FEW or array.dtype.kind not in "fiub":
        return "…"
    if array.dtype.kind == "b":
        array = array.astype(int)
    if array.dtype.kind == "f":
        array = np.round(array, 4) + 0.0
    return np.array2string(array, precision=4, suppress_small=True, max_line_width=60,
                           separator=" ", floatmode="maxprec")
