"""From a name, a folder or a file to a config and parameters of ours.

Whatever is wrong with a file is found here, before there is a model, and is
said in the names that the file itself uses.
"""
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ..models.config import PRESETS, GPT2Config
from ..models.initialisation import parameter_shapes
from .bert_files import is_bert, read_bert
from .checking import (
    Arrays, check_fit, check_numbers, described, has_own_head, listed,
    without_idle,
)
from .config_io import config_of_arrays, preset_of, read_config
from .hub import WEIGHTS_FILE, fetch
from .names import BUFFERS, spelling_of, turned, without_wrappers
from ..io.safetensors_io import read_safetensors
from ..io.paths import expanded
from ..io.text_files import read_text
from .tensorflow_io import read_tensorflow

__all__ = ["find_weights", "read_pretrained"]

IN_FOLDERS = (WEIGHTS_FILE, f"{WEIGHTS_FILE}.index.json", "pytorch_model.bin",
              "pytorch_model.bin.index.json", "model.ckpt.index")


def read_pretrained(source: str | os.PathLike, config: Any,
                    read_torch: Callable[[Path], Arrays]
                    ) -> tuple[Any, Arrays]:
    """The config and {our name: array}; the rest is load_pretrained's.

    read_torch reads the pickles of PyTorch, if anything can.
    """
    path = find_weights(source)
    in_file = read(path, read_torch)
    if is_bert(in_file):
        return read_bert(path, in_file, config)
    try:
        arrays = {name: array for name, array
                  in without_wrappers(in_file).items()
                  if not name.endswith(BUFFERS)}
    except ValueError as problem:
        raise ValueError(f"{path}: {problem}") from None
    spelling = spelling_of(arrays)
    found = config_of_arrays(arrays, spelling)
    config = config or (
        PRESETS[str(source)] if is_preset(source)
        else config_beside(path, arrays, spelling)
        or config_alone(path, arrays, found))
    arrays = without_idle(arrays, spelling, config)
    check_fit(path, arrays, spelling, config, found, list(in_file))
    parameters = {name: turned(name, arrays[spelling(name)])
                  for name in parameter_shapes(config)}
    check_numbers(path, parameters, spelling)
    dtype = np.result_type(np.float32, *parameters.values())
    return config, {name: array.astype(dtype, copy=False)
                    for name, array in parameters.items()}


def is_preset(source) -> bool:
    """As in transformers, a file or folder of that name comes first."""
    return str(source) in PRESETS and not Path(source).exists()


def find_weights(source: str | os.PathLike) -> Path:
    """The file that holds the weights, or says in which files they are.

    Raises
    ------
    FileNotFoundError
        Where there is none.
    ConnectionError
        Where a preset has to be downloaded and cannot be.
    """
    if is_preset(source):
        return fetch(str(source))
    path = expanded(source)
    files = ([path / name for name in IN_FOLDERS] if path.is_dir()
             else [path, path.with_name(path.name + ".index")])
    for file in files:
        if file.is_file():
            return file
    if path.is_dir():
        raise FileNotFoundError(f"the folder {path} holds no weights; "
                                f"expected one of {', '.join(IN_FOLDERS)}")
    raise FileNotFoundError(
        f"there is no file or folder {path}, and no published size of that "
        f"name; those are {', '.join(PRESETS)}")


def read(path: Path, read_torch: Callable[[Path], Arrays]) -> Arrays:
    """All arrays under the names they have in the file, or in its shards."""
    if path.name.endswith(".index.json"):
        return read_shards(path, read_torch)
    if path.suffix == ".safetensors":
        return read_safetensors(path)
    if path.suffix in (".bin", ".pt", ".pth"):
        return read_torch(path)
    if path.suffix == ".index" or ".data-" in path.name:
        prefix = path.name.removesuffix(".index").split(".data-")[0]
        return read_tensorflow(path.with_name(prefix))
    raise ValueError(
        f"{path} is of no format known here; expected .safetensors, .bin, a "
        f"TensorFlow checkpoint's .index, or a folder with one of them")


def read_shards(index: Path, read_torch) -> Arrays:
    """Weights too large for one file; the index says which is where."""
    try:
        shards = json.loads(read_text(index))["weight_map"]
        names = sorted(set(shards.values()))
        if any(Path(name).name != name for name in names):
            raise ValueError("it leads out of its folder")
    except (ValueError, KeyError, TypeError, AttributeError) as problem:
        raise ValueError(f"{index} is no index of shards: {problem}; expected "
                         '{"weight_map": {tensor: file}}') from None
    contents = {name: read(index.with_name(name), read_torch)
                for name in names}
    if missing := [tensor for tensor, shard in shards.items()
                   if tensor not in contents[shard]]:
        raise ValueError(f"{index.with_name(shards[missing[0]])} lacks "
                         f"{listed(missing)}, which {index.name} says it has")
    return {tensor: contents[shard][tensor]
            for tensor, shard in shards.items()}


def config_beside(path, arrays, spelling) -> GPT2Config | None:
    """From the config.json or hparams.json in the same folder, if any.

    Those often do not say that the output layer is one of its own: a file
    in which it differs from the embedding knows better.
    """
    for name in ("config.json", "hparams.json"):
        if path.with_name(name).is_file():
            config = read_config(path.with_name(name))
            own_head = has_own_head(arrays, spelling)
            return replace(config, tie_embeddings=config.tie_embeddings
                           and not own_head)
    return None


def config_alone(path, arrays, found) -> GPT2Config:
    """From names and shapes alone: the published sizes only."""
    if found is None:
        raise ValueError(f"{path} holds no GPT-2: there is no wte among its "
                         f"{len(arrays)} tensors ({listed(list(arrays))})")
    if not preset_of(found):
        raise ValueError(
            f"{path} is of none of the published sizes: it holds "
            f"{described(found)}. Its arrays do not tell the number of heads; "
            "put the model's config.json beside it, or give a GPT2Config")
    spelling = spelling_of(arrays)
    return replace(found, tie_embeddings=not has_own_head(arrays, spelling))
