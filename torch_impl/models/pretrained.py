"""Load published weights, or anyone's; save ours for others.

    model = load_pretrained("qwen3-0.6b")
    save_pretrained(model, "my-qwen3")

The weights of the loaded model are the file itself, mapped into memory: they
are not copied, and pages are read when they are first needed. Half precision
is widened, a tensor after the other, which takes memory of its own.
"""
import os
from typing import Any

import torch

from .building import as_tensor, model_of
from .parameters import get_parameters
from twinformer.pretrained.reading import open_pretrained
from twinformer.pretrained.writing import write_pretrained
from .stored_experts import model_with_stored_experts
from .torch_io import read_torch

__all__ = ["load_pretrained", "save_pretrained"]

ROOM = 1 << 30
DTYPES = ("float32", "float64", "float16", "bfloat16")


def load_pretrained(source: str | os.PathLike, config=None, *,
                    dtype: str | None = None, lazily: bool = False,
                    room: int = ROOM) -> Any:
    """A model with weights that were trained elsewhere.

    Parameters
    ----------
    source
        A published size ("gpt2", "llama-3.2-1b", "qwen3-0.6b", ...; see
        architectures/kinds.py), downloaded once; or a folder or file:
        safetensors, sharded or whole; a .gguf of llama.cpp; OpenAI's
        TensorFlow checkpoint of a GPT-2 (its .index file); llama2.c's .bin;
        in torch also PyTorch's .bin and Meta's consolidated.00.pth.
    config
        What the weights have to be of. Left out, it is that of the published
        size, of the config.json, hparams.json or params.json beside the
        file, what is inside of a .gguf, or of the published GPT-2 that the
        arrays belong to.
    dtype
        Of the weights; None = float32, or float64 where the file is: half
        precision is widened, which changes no value. torch also has
        "bfloat16".
    lazily
        Whether the experts of a mixture of experts stay in the file until a
        token is sent to them. They do not learn then.
    room
        Bytes of memory for the experts that were used last.

    Returns
    -------
    a model of models/
        Nothing is dropped out until it is trained.

    Raises
    ------
    FileNotFoundError, ConnectionError
        Nothing is there, or it cannot be downloaded.
    ValueError
        The file is damaged, of another format, or does not fit: missing,
        unexpected and misshapen tensors are listed, NaN is reported.
    """
    opened = open_pretrained(
        source, config, read_torch, converter(dtype))
    if lazily and hasattr(opened.config, "n_experts"):
        return model_with_stored_experts(opened, room)
    return model_of(opened.config, opened.parameters())


def converter(dtype: str | None):
    """What makes of an array of weights one in that dtype."""
    if dtype is None:
        return lambda array: array
    if dtype not in DTYPES:
        raise ValueError(f"weights are in {', '.join(DTYPES)} here, "
                         f"got {dtype!r}")
    return lambda array: as_tensor(array).to(getattr(torch, dtype))


def save_pretrained(model, folder: str | os.PathLike,
                    tokenizer=None) -> None:
    """Write the folder that transformers opens: model.safetensors, in shards
    if it is large, config.json and, of a tokenizer of ours, its files.

    Files of these names are replaced, each in one step.

    Raises
    ------
    ValueError
        Where a tokenizer.json cannot give the tokenizer's ids.
    OSError
        Where the folder cannot be written, or the disk is full.
    """
    write_pretrained(model.config, get_parameters(model), folder, tokenizer)
