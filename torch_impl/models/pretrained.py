"""Load GPT-2's published weights, or anyone's; save ours for others.

    model = load_pretrained("gpt2")
    save_pretrained(model, "my-gpt2")

The weights of the loaded model are the file itself, mapped into memory: they
are not copied, and pages are read when they are first needed.
"""
import os
from typing import Any

from .building import model_of
from .parameters import get_parameters
from twinformer.pretrained.reading import read_pretrained
from twinformer.pretrained.writing import write_pretrained
from .torch_io import read_torch

__all__ = ["load_pretrained", "save_pretrained"]


def load_pretrained(source: str | os.PathLike, config=None) -> Any:
    """A model with weights that were trained elsewhere.

    Parameters
    ----------
    source
        A published size ("gpt2", "gpt2-medium", "gpt2-large", "gpt2-xl"),
        downloaded once; or a folder or file: safetensors, with or without
        the prefix "transformer.", sharded or whole; OpenAI's TensorFlow
        checkpoint (its .index file); in torch also PyTorch's .bin.
    config
        The shape that the weights have to have. Left out, it is that of the
        published size, of the config.json or hparams.json beside the file,
        or of the published size that the arrays belong to.

    Returns
    -------
    a model of models/
        float32, or float64 where the file is; half precision is widened,
        which changes no value. Nothing is dropped out until it is trained.

    Raises
    ------
    FileNotFoundError, ConnectionError
        Nothing is there, or it cannot be downloaded.
    ValueError
        The file is damaged, of another format, or does not fit: missing,
        unexpected and misshapen tensors are listed, NaN is reported.
    """
    config, parameters = read_pretrained(source, config, read_torch)
    return model_of(config, parameters)


def save_pretrained(model, folder: str | os.PathLike,
                    tokenizer=None) -> None:
    """Write the folder that transformers opens: model.safetensors,
    config.json and, of a tokenizer of ours, its files.

    Files of these names are replaced, each in one step.

    Raises
    ------
    ValueError
        Where a tokenizer.json cannot give the tokenizer's ids.
    OSError
        Where the folder cannot be written, or the disk is full.
    """
    write_pretrained(model.config, get_parameters(model), folder, tokenizer)
