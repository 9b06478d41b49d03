"""Adapters in files, as `peft` writes and reads them for transformers' models.

    adapter_config.json         ranks, alphas, which layers: adapter_config.py
    adapter_model.safetensors   A and B of each layer, under peft's names, and
                                what was trained whole: a classifier's head
    README.md                   where peft leaves a part of that out

What peft has no field for stands in the header of the second, where it looks
for nothing: the fingerprint of the base, and the parts of a LoRALinear. There
each part has an A of its own. For peft all A's are one below the other, and B
is 0 where it would mix them: the same product.
"""
import json
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
from safetensors import safe_open

from ..io.safetensors_io import read_safetensors, write_safetensors
from ..io.files import write_atomically
from ..io.strict_json import json_text
from .config import CONFIG_FILE, alpha_of, config_text, rank_of, read_config
from .names import PREFIX, is_turned, our_name, peft_name, turned
from .note import NOTE_FILE, note_on_bias

__all__ = ["Adapter", "Factors", "read_adapter", "write_adapter"]

TENSOR_FILE = "adapter_model.safetensors"
FACTORS = {".lora_A.weight": "A", ".lora_B.weight": "B"}
# peft saves an output layer that has LoRA with its own weights, too.
COPY = ".base_layer."
# With save_embedding_layers it saves these of a module that is in
# modules_to_save: once more what was trained, and the base's own.
TWICE = (".modules_to_save.", ".original_module.")


class Factors(NamedTuple):
    """Of one LoRALinear."""

    A: np.ndarray      # (P R, D)
    B: np.ndarray      # (F, R)
    alpha: float       # the scale times R
    parts: int         # P


@dataclass(frozen=True, kw_only=True)
class Adapter:
    """What LoRA has learned, apart from any model; all names are ours.

    Attributes
    ----------
    layers : {name of a Linear: Factors}
    dropout : float
    whole : {name of a parameter: array}
        What was trained as it is: a classifier's head.
    modules_to_save : tuple of str
        How names in peft end of the modules that it has copies of; `whole`
        says it where an adapter is written.
    classifier : bool
        Whether the head, if it is here, scores classes.
    kind : str
        Of the base: see architectures/kinds.py.
    base : str
        Name of the base for people and peft.
    fingerprint : str
        Of the base's weights; "" where it is not known.
    """

    layers: dict[str, Factors]
    dropout: float = 0.0
    whole: dict[str, np.ndarray] = field(default_factory=dict)
    modules_to_save: tuple[str, ...] = ()
    classifier: bool = False
    kind: str = "gpt2"
    base: str = ""
    fingerprint: str = ""


def write_adapter(folder: str | os.PathLike, adapter: Adapter) -> None:
    """Write the files, each in one step.

    Raises
    ------
    OSError
        Where the folder cannot be written, or the disk is full.
    """
    folder = Path(folder)
    tensors, ranks, alphas = {}, {}, {}
    for name, (A, B, alpha, parts) in adapter.layers.items():
        layer = peft_name(name, adapter.classifier, adapter.kind)
        tensors[f"{PREFIX}{layer}.lora_A.weight"] = A
        tensors[f"{PREFIX}{layer}.lora_B.weight"] = spread(B, parts)
        ranks[layer], alphas[layer] = len(A), parts * alpha
    for name, array in adapter.whole.items():
        theirs = PREFIX + peft_name(name, adapter.classifier, adapter.kind)
        tensors[theirs] = turned(name, array, adapter.kind)
    whole = [peft_name(name, adapter.classifier, adapter.kind).rpartition(".")[0]
             for name in adapter.whole]
    about = {"base": adapter.fingerprint,
             "parts": {name: factors.parts
                       for name, factors in adapter.layers.items()}}
    write_safetensors(folder / TENSOR_FILE, tensors,
                      {"twinformer": json_text(about)})
    write_atomically(folder / CONFIG_FILE, config_text(
        ranks, alphas, adapter.dropout, list(dict.fromkeys(whole)),
        adapter.base, adapter.classifier, is_turned(adapter.kind)))
    if "head.bias" in adapter.whole:
        write_atomically(folder / NOTE_FILE, note_on_bias(
            adapter.whole["head.bias"], adapter.base))


def read_adapter(folder: str | os.PathLike, kind: str = "gpt2") -> Adapter:
    """Read what `write_adapter` or peft wrote, for a base of that kind.

    Raises
    ------
    FileNotFoundError
    ValueError
        Where a file is damaged, not of such a base, or of a LoRA that is not
        computed here.
    """
    config = read_config(Path(folder, CONFIG_FILE))
    path = Path(folder, TENSOR_FILE)
    tensors = read_safetensors(path)
    with safe_open(path, "numpy") as file:
        header = file.metadata() or {}
    about = json.loads(header.get("twinformer", "{}"))
    halves: dict[str, dict[str, np.ndarray]] = {}
    whole = {}
    for name, array in tensors.items():
        if any(part in name for part in TWICE):
            continue
        if not np.isfinite(array).all():
            raise ValueError(f"{path}: NaN or infinity in {name}; its "
                             "training failed")
        for end, factor in FACTORS.items():
            if name.endswith(end):
                layer = name.removeprefix(PREFIX).removesuffix(end)
                halves.setdefault(layer, {})[factor] = array
                break
        else:
            ours = our_name(name.replace(COPY, "."), kind)
            whole[ours] = turned(ours, array, kind)
    if not halves:
        raise ValueError(f"{path} is no adapter of LoRA: there is no lora_A "
                         f"among its {len(tensors)} tensors")
    layers = {}
    for layer, pair in halves.items():
        ours = our_name(layer, kind)
        parts = about.get("parts", {}).get(ours, 1)
        layers[ours] = factors_of(path, config, layer, pair, parts)
    names = [name.removeprefix(PREFIX) for name in tensors]
    return Adapter(
        layers=layers, dropout=config.get("lora_dropout", 0.0), whole=whole,
        modules_to_save=tuple(config.get("modules_to_save") or ()),
        classifier=any(name.startswith("score.") for name in names),
        kind=kind, base=config.get("base_model_name_or_path") or "",
        fingerprint=about.get("base", ""))


def factors_of(path, config, layer, pair, parts) -> Factors:
    """A and B of one layer, checked against the config."""
    if len(pair) < 2:
        raise ValueError(f"{path} is not whole: of {layer} only "
                         f"{next(iter(pair))} is there")
    A, B, rank = pair["A"], pair["B"], rank_of(config, layer)
    if not (A.ndim == B.ndim == 2 and len(A) == B.shape[1] == rank):
        raise ValueError(f"{path}: for a rank of {rank}, as its config says, "
                         f"{layer} has A {A.shape} and B {B.shape}")
    return Factors(A, gathered(B, parts), alpha_of(config, layer) / parts,
                   parts)


def spread(B, parts):
    """(F, R) -> (F, P R): zeros where a part would see another part's A"""
    F, R = B.shape
    wide = np.zeros((parts, F // parts, parts, R), B.dtype)
    for part in range(parts):
        wide[part, :, part] = B.reshape(parts, -1, R)[part]
    return wide.reshape(F, parts * R)


def gathered(B, parts):
    """(F, P R) -> (F, R), the inverse of `spread`"""
    F, R = B.shape[0], B.shape[1] // parts
    wide = B.reshape(parts, F // parts, parts, R)
    return np.concatenate([wide[part, :, part] for part in range(parts)])
