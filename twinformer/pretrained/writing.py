"""A model as the folder that transformers opens: its weights, its shape, its
tokenizer, and where a text ends."""
import os
from pathlib import Path
from typing import Any

import numpy as np

from ..io.files import write_atomically
from ..tokenizers.tokenizer import Tokenizer
from ..architectures.bert import BertConfig
from .checking import listed
from .formats.bert import write_bert
from .formats.place import tensor_of
from .formats.registry import FORMATS, config_text
from .shards import SHARD_BYTES, write_shards
from .tokenizer_files import check_can_be_written, generation_config, write_tokenizer_files

__all__ = ["write_pretrained"]


def write_pretrained(config: Any, parameters: dict[str, np.ndarray], folder: str | os.PathLike,
                     tokenizer: Tokenizer | None = None, shard_bytes: int = SHARD_BYTES) -> None:
    """model.safetensors, config.json, generation_config.json, tokenizer files.

    Files of these names are replaced, each in one step. Weights of more than
    shard_bytes come in several files, and an index.

    Raises
    ------
    ValueError
        Where a tokenizer.json cannot give the tokenizer's ids, or parameters are missing.
    OSError
        Where the folder cannot be written, or the disk is full.
    """
    if isinstance(config, BertConfig):
        return write_bert(config, parameters, folder, tokenizer)
    if tokenizer is not None:
        check_can_be_written(tokenizer)
    folder = Path(folder)
    format = FORMATS[config.kind]
    parameters = format.completed(config, parameters)
    if lacking := [name for name in config.parameter_shapes() if name not in parameters]:
        raise ValueError(f"the model lacks {listed(lacking)}: experts that are still in a file "
                         "cannot be written; load it without lazily=True")
    tensors: dict[str, list] = {}
    for name, place in format.places(config).items():
        tensors.setdefault(place.tensor, []).append((place, name))
    sizes = {tensor: sum(parameters[name].nbytes for _, name in parts)
             for tensor, parts in tensors.items()}
    write_shards(folder, sizes, lambda tensor: tensor_of(
        (place, parameters[name]) for place, name in tensors[tensor]), shard_bytes)
    end = tokenizer.end_of_text if tokenizer else None
    dtype = str(parameters["token_embedding.weight"].dtype)
    write_atomically(folder / "config.json", config_text(config, dtype, end))
    if tokenizer is not None:
        write_atomically(folder / "generation_config.json", generation_config(tokenizer))
    write_tokenizer_files(folder, tokenizer, config.context_length)
