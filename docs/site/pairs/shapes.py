"""The figure of a pair: what ran, as boxes with the shapes it gave."""
import re
from textwrap import wrap

import numpy as np

from docs.site.figures.flow import Box, flow

from .facing import source
from .runs.running import ran
from .runs.tracing import Step
from .words import say

__all__ = ["array_of", "figures", "shape_text"]

WIDE = 46     # signs of code in a line of a box
MOST = 26     # boxes; beyond that a drawing explains no more


def figures(name: str, language: str) -> list[tuple[str, str]]:
    """[("forward", SVG), ("backward", SVG)], as far as there is anything to draw."""
    run = ran(name)
    if run is None:
        return []
    lines = source("numpy_impl", name).splitlines()
    short = name.rpartition("/")[2]
    found = []
    for key, steps in (("forward", run.forward), ("backward", run.backward)):
        boxes = boxes_of(steps, lines)
        if 3 <= len(boxes) <= MOST:
            found.append((key, flow(boxes, say(f"{key} figure", language, name=short))))
    return found


def array_of(value):
    """What has a shape: an array, or a number; None for all else."""
    if isinstance(value, np.ndarray):
        return value
    if isinstance(value, bool) or not isinstance(value, int | float | np.number):
        return None
    return np.asarray(value)


def shape_text(array) -> str:
    return str(tuple(array.shape)).replace(",)", ",)") if array.ndim else "()"


def boxes_of(steps: list[Step], lines: list[str]) -> list[Box]:
    """One box for each statement that gave arrays, and for each array that came from outside."""
    boxes: list[Box] = []
    made: dict[str, Box] = {}       # by name, the last one
    for step in steps:
        given = {key: array for key, value in step.gives.items()
                 if (array := result_of(key, value)) is not None}
        if not given or step.text.startswith("for "):
            continue
        box = Box([*((line, "code") for line in shown(step)), *shapes_of(given)],
                  kind="c" if "return" in given or any(k.startswith("grad ") for k in given)
                  else "plain")
        for key in step.uses:
            if key not in made:
                entering = array_of(step.reads.get(key))
                if entering is None or key == "cache" or not (
                        entering.ndim or key.startswith("self.")):
                    continue
                made[key] = Box([(key, "code title"), (shape_text(entering), "soft small")],
                                kind="b" if key.startswith("self.") else "a")
                boxes.append(made[key])
            if made[key] not in box.after:
                box.after.append(made[key])
        boxes.append(box)
        made |= dict.fromkeys(given, box)
    return without_loners(boxes)


def without_loners(boxes):
    """Numbers that lead nowhere, such as a size for a check, say nothing here."""
    used = {id(before) for box in boxes for before in box.after}
    return [box for box in boxes if box.after or id(box) in used or box.kind == "c"]


def result_of(key: str, value):
    """The array in what a statement gave; of (y, cache) the first."""
    if key == "return" and isinstance(value, tuple) and value:
        arrays = [one for one in value if array_of(one) is not None]
        return arrays[0] if arrays else None
    if "cache" in key or key == "_":
        return None
    return array_of(value)


def shapes_of(given) -> list[tuple[str, str]]:
    if len(given) == 1:
        return [(shape_text(array_of(next(iter(given.values())))), "soft small")]
    return [("   ".join(f"{key} {shape_text(array_of(value))}" for key, value in given.items()),
             "soft small")]


def shown(step: Step) -> list[str]:
    """The statement, in lines short enough; caches are left out of what it gives."""
    text = re.sub(r"^(\w+), \w*cache = ", r"\1 = ", step.text)
    found = wrap(text, WIDE, break_long_words=False, break_on_hyphens=False)
    return found if len(found) <= 3 else [*found[:2], "..."]
