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

__all__ = ["EMBEDDING", "HEAD", "beside", "whole_modules"]

EMBEDDING, HEAD = "token_embedding.weight", "head.weight"


def whole_modules(learning: Iterable[str], parameters: dict[str, np.ndarray],
                  tied: bool) -> dict[str, np.ndarray]:
    """{name: array} of every module in which one of these parameters learns.

    peft reads weight and bias of a module or none of it; transformers' GPT-2
    has all biases. A table that learned at both ends of a tied model is there
    for both.
    """
    modules = {name.rpartition(".")[0] for name in learning}
    whole = {name: array for name, array in parameters.items()
             if name.rpartition(".")[0] in modules}
    for name in [name for name in whole if name.endswith("qkv.weight")]:
        whole.setdefault(name.removesuffix("weight") + "bias", np.zeros(
            len(whole[name]), whole[name].dtype))
    if tied and EMBEDDING in whole:
        whole[HEAD] = whole[EMBEDDING]
    return whole


def beside(folder, adapter: Adapter,
           parameters: dict[str, np.ndarray]) -> tuple[Adapter, bool]:
    """What the adapter holds for a base with these parameters, and whether an
    embedding and an output layer that are one there are two from now on.

    Raises
    ------
    ValueError
        Where a module in modules_to_save is not whole in the file, or the
        file has two tables for the one of the base.
    """
    for name in dict.fromkeys([*parameters, HEAD]):
        if adapter.classifier and name.startswith("head."):
            continue
        if copied(name, adapter) and name not in adapter.whole:
            raise ValueError(f"{folder} is not whole: modules_to_save names "
                             f"{peft_name(name, kind=adapter.kind)}, which is not in the file")
    adapter = replace(adapter, whole={
        name: array for name, array in adapter.whole.items()
        if name in parameters or not name.endswith("qkv.bias") or array.any()})
    if HEAD in parameters or adapter.classifier:
        return adapter, False
    return beside_tied(folder, adapter, parameters[EMBEDDING])


def beside_tied(folder, adapter, table):
    """The same for a base whose embedding and output layer are one table,
    (V, D)"""
    whole = dict(adapter.whole)
    given = {name: whole.pop(name) for name in (EMBEDDING, HEAD)
             if name in whole}
    common = [array for name, array in given.items()
              if not copied(name, adapter)]
    if len(common) == 2 and not np.array_equal(common[0], common[1]):
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
    layer = peft_name(name, adapter.classifier, adapter.kind).rpartition(".")[0]
    around = accumulate(layer.split("."), "{}.{}".format)
    return any(place.endswith(adapter.modules_to_save) for place in around)
