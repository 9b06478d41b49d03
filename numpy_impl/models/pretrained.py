"""Load GPT-2's published weights, or anyone's; save ours for others.

    model = load_pretrained("gpt2")
    save_pretrained(model, "my-gpt2")

The weights of the loaded model are the file itself, mapped into memory: they
are not copied, and pages are read when they are first needed.
"""
import os
from dataclasses import replace
from pathlib import Path

import numpy as np

from twinformer.io.files import write_atomically
from twinformer.models.config import GPT2Config
from .gpt2 import GPTModel
from twinformer.models.initialisation import parameter_shapes
from .parameters import get_parameters
from twinformer.pretrained.config_io import config_json
from twinformer.pretrained.names import HUGGING_FACE, turned
from twinformer.pretrained.reading import read_pretrained
from twinformer.io.safetensors_io import write_safetensors
from .torch_io import read_torch

__all__ = ["load_pretrained", "save_pretrained", "model_of"]


def load_pretrained(source: str | os.PathLike,
                    config: GPT2Config | None = None) -> GPTModel:
    """A GPT-2 with weights that were trained elsewhere.

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
    GPTModel
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


def model_of(config: GPT2Config,
             parameters: dict[str, np.ndarray]) -> GPTModel:
    """A model whose weights are these arrays; read-only ones are copied.

    To build it is to allocate every weight and gradient. So it is built one
    number a head wide, and the arrays then take the places of its own.
    """
    model = GPTModel(replace(config, vocab_size=1, context_length=1,
                             d_model=config.n_heads), seed=None)
    model.config = config
    for name, module, attribute in model.uses():
        if name in parameters:
            array = np.require(parameters[name], requirements="W")
            setattr(module, attribute, array)
            # zeros, unlike zeros_like, takes no memory until written to
            module.grads[attribute] = np.zeros(array.shape, array.dtype)
    if config.tie_embeddings:
        model.head.share("weight", model.token_embedding)
    return model


def save_pretrained(model: GPTModel, folder: str | os.PathLike) -> None:
    """Write model.safetensors and config.json, as transformers reads them.

    Files of these names are replaced, each in one step.

    Raises
    ------
    OSError
        Where the folder cannot be written, or the disk is full.
    """
    config, parameters = model.config, get_parameters(model)
    if not config.qkv_bias:         # transformers' GPT-2 cannot be without
        zeros = np.zeros(3 * config.d_model, np.float32)
        with_bias = parameter_shapes(replace(config, qkv_bias=True))
        parameters |= {name: zeros for name in with_bias
                       if name not in parameters}
    folder = Path(folder)
    write_safetensors(folder / "model.safetensors", {
        HUGGING_FACE(name): turned(name, array)
        for name, array in parameters.items()})
    dtype = str(parameters["token_embedding.weight"].dtype)
    write_atomically(folder / "config.json", config_json(config, dtype))
