"""The same part with numbers: what each line gave, in both implementations."""
from html import escape

import numpy as np

from .runs.running import Ran, ran
from .runs import RUNS
from .shapes import array_of, shape_text
from .runs.tracing import Step
from .words import say

__all__ = ["numbers", "written"]

LARGE = 1e9     # beyond it nothing is left to round
SHORT = 72      # signs of a list of tokens
FEW = 36        # numbers that are printed; of larger arrays the shape alone


def numbers(name: str, language: str) -> str:
    """Markdown of the section; "" for a pair without a run."""
    run, found = RUNS.get(name), ran(name)
    if run is None or found is None:
        return ""
    parts = [say("numbers text", language), f"```python\n{run.code()}\n```"]
    for key, steps in (("forward run", found.forward), ("backward run", found.backward)):
        body = table(steps, found, language)
        if body:
            key = key if run.backward else "one run"
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
            if key == "return" and isinstance(value, tuple) and value and (
                    array_of(value[0]) is not None):
                value = value[0]
            array = array_of(value)
            if key == "_" or (array is None and not is_short(value)):
                continue
            told.add(key)
            rows.append(row(step.text, key, repr(value) if array is None else array, language))
    if not any(rows):
        return ""
    head = "".join(f"<th>{say(key, language)}</th>" for key in ("line", "name", "shape", "value"))
    return (f'<div class="tf-scroll"><table class="tf-numbers"><thead><tr>{head}</tr></thead>'
            f'<tbody>{"".join(rows)}</tbody></table></div>')


def is_short(value) -> bool:
    """Tokens, words, names of either: what can be shown as one writes it."""
    if type(value) not in (str, bytes, list, tuple) or not 0 < len(repr(value)) <= SHORT:
        return False
    return isinstance(value, str | bytes) or (len(value) > 0 and all(
        type(one) in (str, bytes, bool, int, tuple) for one in value))


def row(text: str, key: str, array: np.ndarray | str, language: str) -> str:
    name = {"return": "→"}.get(key, key).replace("grad ", "d")
    line = f"<code>{escape(text)}</code>" if text else f"<i>{say('given', language)}</i>"
    return (f"<tr><td>{line}</td><td><code>{escape(name)}</code></td>"
            f"<td>{'' if isinstance(array, str) else shape_text(array)}</td>"
            f"<td><pre>{escape(written(array))}</pre></td></tr>")


def written(array: np.ndarray | str) -> str:
    """The numbers as one writes them on paper; "…" for many."""
    if isinstance(array, str):
        return array
    if array.size > FEW or array.dtype.kind not in "fiub":
        return "…"
    if array.dtype.kind == "b":
        array = array.astype(int)
    if array.dtype.kind == "f":
        array = np.where(np.abs(array) < LARGE, np.round(np.clip(array, -LARGE, LARGE), 4) + 0.0,
                         array)
    return np.array2string(array, precision=4, suppress_small=True, max_line_width=60,
                           separator=" ", floatmode="maxprec")
