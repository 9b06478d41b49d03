"""What an adapter holds whole, beside LoRA: `peft`'s modules_to_save.

peft trains copies of these modules, each by itself, even of two that share
their weights, as embedding and output layer do in GPT-2. What else the file
holds it puts into the base's own weights, where both modules see it.

Shapes: V vocabulary, D model width.
"""
from collections.abc import Iterable
from dataclasses import replace
from itertools import accumulate

import numpy as np

from .files import Adapter
from .names import peft_name

__all__ = ["EMBEDDING", "HEAD", "beside_tied", "check_complete",
           "whole_modules"]

EMBEDDING, HEAD = "token_embedding.weight", "head.weight"


def whole_modules(learning: Iterable[str], parameters: dict[str, np.ndarray],
                  tied: bool) -> dict[str, np.ndarray]:
    """{name: array} of every module in which one of these parameters learns.

    peft reads weight and bias of a module or none of it. A table that learned
    at both ends of a tied model is there for both.
    """
    modules = {name.rpartition(".")[0] for name in learning}
    whole = {name: array for name, array in parameters.items()
             if name.rpartition(".")[0] in modules}
    if tied and EMBEDDING in whole:
        whole[HEAD] = whole[EMBEDDING]
    return whole


def check_complete(folder, adapter: Adapter, names: Iterable[str]) -> None:
    """ValueError where a module in modules_to_save is not whole in the file;
    names: of the base's parameters."""
    for name in dict.fromkeys([*names, HEAD]):
        if name.startswith("head.") and adapter.classifier:
            continue
        if copied(name, adapter) and name not in adapter.whole:
            raise ValueError(f"{folder} is not whole: modules_to_save names "
                             f"{peft_name(name)}, which is not in the file")


def beside_tied(folder, adapter: Adapter,
                table: np.ndarray) -> tuple[Adapter, bool]:
    """What the adapter holds for a base whose embedding and output layer are
    one table (V, D), and whether they are two from now on.

    Raises
    ------
    ValueError
        Where the file has two tables for the one of the base.
    """
    whole = dict(adapter.whole)
    given = {name: whole.pop(name) for name in (EMBEDDING, HEAD)
             if name in whole}
    common = [array for name, array in given.items()
              if not copied(name, adapter)]
    if len(common) == 2 and not np.array_equal(*common):
        raise ValueError(f"{folder} has an embedding and another output "
                         "layer, and modules_to_save names neither; in the "
                         "base they are one")
    table = common[0] if common else table
    ends = {name: given[name] if name in given and copied(name, adapter)
            else table for name in (EMBEDDING, HEAD)}
    untied = ("head" in adapter.layers
              or not np.array_equal(ends[EMBEDDING], ends[HEAD]))
    for name, array in ends.items():
        if (common or name in given) and (untied or name == EMBEDDING):
            whole[name] = array
    return replace(adapter, whole=whole), untied


def copied(name, adapter):
    """Whether peft has a copy of this parameter's module, or of one around
    it, beside the base's; it looks at how the modules' names end"""
    layer = peft_name(name, adapter.classifier).rpartition(".")[0]
    around = accumulate(layer.split("."), "{}.{}".format)
    return any(place.endswith(adapter.modules_to_save) for place in around)
