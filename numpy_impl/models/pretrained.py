"""Load GPT-2's published weights, or anyone's, or a BERT's; save ours for
others.

    model = load_pretrained("gpt2")
    save_pretrained(model, "my-gpt2")

The weights of the loaded model are the file itself, mapped into memory: they
are not copied, and pages are read when they are first needed.
"""
import os
from dataclasses import replace
from typing import Any

import numpy as np

from twinformer.models.bert_config import BertConfig
from twinformer.models.config import GPT2Config
from .bert import BertModel
from .gpt2 import GPTModel
from .parameters import get_parameters
from twinformer.pretrained.reading import read_pretrained
from twinformer.pretrained.writing import write_pretrained
from .torch_io import read_torch

__all__ = ["load_pretrained", "save_pretrained", "model_of"]


def load_pretrained(source: str | os.PathLike,
                    config: GPT2Config | BertConfig | None = None
                    ) -> GPTModel | BertModel:
    """A GPT-2 or BERT with weights that were trained elsewhere.

    Parameters
    ----------
    source
        A published size ("gpt2", "gpt2-medium", "gpt2-large", "gpt2-xl"),
        downloaded once; or a folder or file: safetensors, with or without
        the prefix "transformer.", sharded or whole; OpenAI's TensorFlow
        checkpoint (its .index file); in torch also PyTorch's .bin.
        A BERT is known by its tensors; what it lacks of the heads begins
        anew, with a warning.
    config
        The shape that the weights have to have. Left out, it is that of the
        published size, of the config.json or hparams.json beside the file,
        or of the published size that the arrays belong to.

    Returns
    -------
    GPTModel or BertModel
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


def model_of(config: GPT2Config | BertConfig,
             parameters: dict[str, np.ndarray]) -> GPTModel | BertModel:
    """A model whose weights are these arrays; read-only ones are copied.

    To build it is to allocate every weight and gradient. So it is built one
    number a head wide, and the arrays then take the places of its own.
    """
    kind: Any = BertModel if isinstance(config, BertConfig) else GPTModel
    model = kind(replace(config, vocab_size=1, context_length=1,
                         d_model=config.n_heads), seed=None)
    model.config = config
    for name, module, attribute in model.uses():
        if name in parameters:
            array = np.require(parameters[name], requirements="W")
            setattr(module, attribute, array)
            # zeros, unlike zeros_like, takes no memory until written to
            module.grads[attribute] = np.zeros(array.shape, array.dtype)
    if isinstance(config, BertConfig):
        model.head.decoder.share("weight", model.token_embedding)
    elif config.tie_embeddings:
        model.head.share("weight", model.token_embedding)
    return model


def save_pretrained(model: GPTModel | BertModel, folder: str | os.PathLike,
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
