"""Adapters: what LoRA has learned, saved alone. Some megabytes beside a base
of hundreds, which many of them can share.

    save_adapter(model, "my-adapter", base="gpt2")
    model = load_pretrained("gpt2")
    load_adapter(model, "my-adapter")

`peft` reads the folder, and what peft has written is read here.
"""
import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import torch

from ..layers.linear import Linear
from ..models.parameters import get_parameters
from twinformer.adapters.checks import (
    check_fingerprint, check_fit, check_saved, fingerprint,
)
from twinformer.adapters.files import (
    Adapter, Factors, read_adapter, write_adapter,
)
from twinformer.adapters.modules_to_save import (
    EMBEDDING, HEAD, beside, whole_modules,
)
from twinformer.ranks import current_ranks
from .freezing import train_only
from .lora_model import (
    base_parameters, is_lora, lora_layers, merged_parameters, put,
)
from .lora import LoRALinear

__all__ = ["save_adapter", "load_adapter", "best_parameters"]


def save_adapter(model, folder: str | os.PathLike, base: str = "") -> None:
    """Write adapter_config.json and adapter_model.safetensors.

    A head that scores classes is saved whole, its LoRA merged into it, for
    the base has no such head; so is every other module in which something
    learns. transformers' models have no offset on the head and peft leaves
    ours out: a README.md in the folder then says what is to be added.

    Parameters
    ----------
    model : a model of models/
        With LoRA.
    folder
        Files in it are replaced, each in one step.
    base : str
        Name or folder of the base, by which peft finds it.

    Raises
    ------
    ValueError
        If no block has LoRA, or the weights beside it learn, too: then there
        is no base left that an adapter could belong to.
    OSError
        Where the folder cannot be written, or the disk is full.
    """
    parameters, below = get_parameters(model), base_parameters(model)
    learning = {name for name, parameter in model.named_parameters()
                if parameter.requires_grad}
    whole = whole_modules(
        {name for name in learning if not is_lora(name)}, parameters,
        tied=HEAD not in below)
    layers = {name: Factors(parameters[name + ".A"], parameters[name + ".B"],
                            layer.alpha, layer.parts)
              for name, layer in lora_layers(model).items()}
    dropouts = [layer.dropout.rate for layer in lora_layers(model).values()]
    outputs = len(below.get(HEAD, below[EMBEDDING]))
    classifier = outputs != model.config.vocab_size
    if classifier:
        layers.pop("head", None)
        whole = {name: array for name, array in whole.items()
                 if not name.startswith("head.")}
        whole |= {name: array for name, array
                  in merged_parameters(model).items()
                  if name.startswith("head.")}
    check_saved(layers, whole)
    if not current_ranks().first:       # all have gathered, one writes
        return
    write_adapter(folder, Adapter(
        layers=layers, dropout=dropouts[0], whole=whole,
        classifier=classifier, kind=model.config.kind, base=base,
        fingerprint=fingerprint(
            {name: array for name, array in below.items()
             if name not in whole})))


def load_adapter(model, folder: str | os.PathLike) -> list[str]:
    """Put a saved adapter beside the weights of its base.

    Parameters
    ----------
    model : a model of models/
        The base, changed in place: LoRA as it was saved, by us or by peft;
        the head of a classifier in place of its own. A token embedding and
        an output layer that were one are two where the adapter changes one
        of them alone. Everything that the adapter holds learns, and nothing
        else. `merge` makes it a plain model.
    folder
        What `save_adapter` or peft wrote.

    Returns
    -------
    list of str
        The names of the layers that have LoRA now.

    Raises
    ------
    FileNotFoundError
    ValueError
        Where a file is damaged or asks for what LoRALinear does not compute,
        or the adapter is for another base; the model is as it was.
    """
    adapter = read_adapter(folder, model.config.kind)
    if lora_layers(model):
        raise ValueError("this model has LoRA already; merge or remove it "
                         "before you load an adapter")
    linears: dict[str, Any] = {
        path: module for path, module in model.named_modules()
        if isinstance(module, Linear)}
    parameters, learning = get_parameters(model), set(adapter.whole)
    adapter, untied = beside(folder, adapter, parameters)
    if untied:
        parameters[HEAD] = parameters[EMBEDDING]
    check_fit(folder, adapter,
              {name: tuple(linear.weight.shape)
               for name, linear in linears.items()},
              {name: array.shape for name, array in parameters.items()})
    check_fingerprint(folder, adapter, parameters)
    if adapter.classifier:
        new_head(model, len(adapter.whole[HEAD]),
                 "head.bias" in adapter.whole)
    elif untied:
        model.config = replace(model.config, tie_embeddings=False)
        new_head(model, model.config.vocab_size, False)
        overwrite(model, {HEAD: parameters[HEAD]})
        linears["head"] = model.head
    overwrite(model, adapter.whole)
    for name, (A, B, alpha, parts) in adapter.layers.items():
        layer = LoRALinear(linears[name], B.shape[1], alpha, adapter.dropout,
                           parts)
        overwrite(layer, {"A": A, "B": B})
        put(model, name, layer)
    train_only(model, lambda name: is_lora(name) or name in learning)
    return list(adapter.layers)


def best_parameters(folder: str | os.PathLike, base: str = "") -> Callable:
    """What a finetuning run keeps of its best model: a function of the model
    that gives its merged parameters and, where its blocks have LoRA, saves
    the adapter in folder."""
    def parameters(model):
        if any(name.startswith("blocks.") for name in lora_layers(model)):
            save_adapter(model, folder, base)
        return merged_parameters(model)
    return parameters


def new_head(model, outputs, bias) -> None:
    """Put a Linear of zeros in place of the model's head."""
    model.head = Linear(model.config.d_model, outputs, bias, seed=None)
    model.head.to(model.token_embedding.weight)


def overwrite(module, arrays) -> None:
    """Copy {name: array} into some of a module's parameters."""
    parameters = dict(module.named_parameters())
    with torch.no_grad():
        for name, array in arrays.items():
            parameters[name].copy_(torch.from_numpy(array))
