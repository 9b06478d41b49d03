"""LoRA for a model: put it beside chosen Linears, train it, and make it part
of the weights or take it out again.

    add_lora(model, rank=16, alpha=16, targets=("blocks.*", "head"))
    ...                         # train: only the corrections learn
    save_adapter(model, "my-adapter")            # adapters.py: these alone
    merge(model)                                 # a plain, fast model again
"""
import numpy as np

from ..layers.linear import Linear
from ..models.parameters import get_parameters
from .freezing import train_only
from .lora import LoRALinear
from twinformer.adapters.targets import matching

__all__ = ["add_lora", "lora_layers", "is_lora", "merge", "unmerge",
           "remove", "put", "base_parameters", "merged_parameters"]


def add_lora(model, rank: int = 16, alpha: float = 16.0, dropout: float = 0.0,
             targets=("blocks.*",), seed: int = 123,
             separate_qkv: bool = True) -> list[str]:
    """Put LoRA beside a model's Linears, and freeze everything else.

    Parameters
    ----------
    model : a model of models/
        Changed in place. What it computes is the same as before.
    rank, alpha, dropout
        As in `LoRALinear`.
    targets : str or sequence of str
        Patterns for the names of the Linears, as in a shell: * is any text,
        [01] a choice. A pattern may leave out the front of a name up to a
        dot: "qkv", "attention.*", "blocks.11.*", ("blocks.*", "head").
    seed
        Every layer draws its A from its own stream of the seed, so that one
        more target leaves all others as they are.
    separate_qkv
        Whether queries, keys and values have an A each, as where they are
        three Linears, or one for all, as peft has it in GPT-2.

    Returns
    -------
    list of str
        The names of the layers that have LoRA now.

    Raises
    ------
    ValueError
        If a pattern matches nothing (lists what there is), the model has
        LoRA already, or an output layer shares its weights with the
        embedding and could not be corrected alone.
    """
    if lora_layers(model):
        raise ValueError("this model has LoRA already; merge or remove it "
                         "before you add more")
    linears = {f"{path}.{name}".lstrip("."): (module, name)
               for path, module in model.named_modules()
               for name, child in module.named_children()
               if isinstance(child, Linear)}
    chosen = matching(list(linears), targets)
    if "head" in chosen and model.head.weight is model.token_embedding.weight:
        raise ValueError("the head shares its weights with the token "
                         "embedding, which LoRA on the head would not "
                         "correct; leave the head out of the targets")
    for target in chosen:
        module, name = linears[target]
        parts = 3 if separate_qkv and name == "qkv" else 1
        setattr(module, name, LoRALinear(
            getattr(module, name), rank, alpha, dropout, parts,
            [seed, *target.encode()]))
    train_only(model, is_lora)
    return chosen


def lora_layers(model) -> dict[str, LoRALinear]:
    """{name: layer} of all that have LoRA."""
    return {path: module for path, module in model.named_modules()
            if isinstance(module, LoRALinear)}


def is_lora(name: str) -> bool:
    """Whether the parameter of this name is one of LoRA's factors."""
    return name.rpartition(".")[2] in ("A", "B")


def merge(model) -> dict[str, LoRALinear]:
    """Make the corrections part of the weights: a plain model, as fast as the
    base, and the same logits but for rounding.

    Returns
    -------
    {name: LoRALinear}
        What was replaced, for `unmerge`; drop it to free the base's weights.
    """
    layers = lora_layers(model)
    for name, layer in layers.items():
        put(model, name, layer.merged())
    return layers


def unmerge(model, layers: dict[str, LoRALinear]) -> None:
    """Undo `merge` or `remove`: bit for bit, for the base was never changed.

    To subtract scale B A from the merged weights would round once more.
    """
    for name, layer in layers.items():
        put(model, name, layer)


def remove(model) -> dict[str, LoRALinear]:
    """Take LoRA out: the base again, bit for bit, still frozen.

    Returns
    -------
    {name: LoRALinear}
        What was taken out, for `unmerge`.
    """
    layers = lora_layers(model)
    for name, layer in layers.items():
        put(model, name, layer.base)
    return layers


def put(model, name, layer) -> None:
    """Replace the module of this dotted name."""
    path, _, last = name.rpartition(".")
    modules = dict(model.named_modules())
    setattr(modules[path], last, layer)


def base_parameters(model) -> dict[str, np.ndarray]:
    """{name: array} as of the model without LoRA, which stays as it is."""
    layers = remove(model)
    try:
        return get_parameters(model)
    finally:
        unmerge(model, layers)


def merged_parameters(model) -> dict[str, np.ndarray]:
    """The same with the corrections added in: what `model_of` takes."""
    layers = merge(model)
    try:
        return get_parameters(model)
    finally:
        unmerge(model, layers)
