"""A model as the folder that transformers opens: its weights, its shape, its
tokenizer, and where a text ends."""
import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from ..io.files import write_atomically
from ..io.safetensors_io import write_safetensors
from ..models.bert_config import BertConfig
from ..models.config import GPT2Config
from ..models.initialisation import parameter_shapes
from ..tokenizers.tokenizer import Tokenizer
from .bert_files import write_bert
from .config_io import config_json
from .names import HUGGING_FACE, turned
from .tokenizer_files import check_can_be_written, generation_config, write_tokenizer_files

__all__ = ["write_pretrained"]


def write_pretrained(config: GPT2Config | BertConfig, parameters: dict[str, np.ndarray],
                     folder: str | os.PathLike, tokenizer: Tokenizer | None = None) -> None:
    """model.safetensors, config.json, generation_config.json, tokenizer files.

    Files of these names are replaced, each in one step.

    Raises
    ------
    ValueError
        Where a tokenizer.json cannot give the tokenizer's ids.
    OSError
        Where the folder cannot be written, or the disk is full.
    """
    if isinstance(config, BertConfig):
        return write_bert(config, parameters, folder, tokenizer)
    if tokenizer is not None:
        check_can_be_written(tokenizer)
    if not config.qkv_bias:         # transformers' GPT-2 cannot be without
        zeros = np.zeros(3 * config.d_model, np.float32)
        with_bias = parameter_shapes(replace(config, qkv_bias=True))
        parameters = parameters | {name: zeros for name in with_bias
                                   if name not in parameters}
    folder = Path(folder)
    write_safetensors(folder / "model.safetensors", {
        HUGGING_FACE(name): turned(name, array)
        for name, array in parameters.items()})
    dtype = str(parameters["token_embedding.weight"].dtype)
    end = tokenizer.end_of_text if tokenizer else None
    write_atomically(folder / "config.json", config_json(config, dtype, end))
    if tokenizer is not None:
        write_atomically(folder / "generation_config.json", generation_config(end))
    write_tokenizer_files(folder, tokenizer, config.context_length)
