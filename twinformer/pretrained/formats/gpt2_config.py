"""The shape of a GPT-2 as others write it down, and as its arrays tell.

``config.json`` is Hugging Face's, ``hparams.json`` OpenAI's; they agree on
most names. The number of heads is in neither the names nor the shapes of the
arrays, so that a file of weights alone has to be one of the published sizes.
"""
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from ...models.config import PRESETS, GPT2Config
from .settings import Settings
from .gpt2_names import Spelling

__all__ = ["config_json", "config_of_arrays", "config_of_json", "preset_of",
           "read_config"]

# What GPT-2 is, and what config.json may ask for instead.
FIXED = {"model_type": ("gpt2",),
         "activation_function": ("gelu_new", "gelu_pytorch_tanh"),
         "layer_norm_epsilon": (1e-5,), "scale_attn_weights": (True,),
         "scale_attn_by_inverse_layer_idx": (False,),
         "add_cross_attention": (False,)}
NAMES = {"vocab_size": ("vocab_size", "n_vocab"),
         "context_length": ("n_positions", "n_ctx"),
         "d_model": ("n_embd",), "n_heads": ("n_head",),
         "n_layers": ("n_layer",)}


def read_config(path: Path) -> GPT2Config:
    """A config from config.json or hparams.json.

    Raises
    ------
    ValueError
        Where it is incomplete, or of a model that is no GPT-2.
    """
    settings = Settings.read(path)
    return config_of_json(settings.place, settings.content)


def config_of_json(path: str, content: dict[str, Any]) -> GPT2Config:
    """The same, of the content of such a file."""
    for name, allowed in FIXED.items():
        if content.get(name, allowed[0]) not in allowed:
            raise ValueError(
                f"{path}: {name} is {content[name]!r}, and GPT-2's is "
                f"{allowed[0]!r}; this is the file of another model")
    settings: dict[str, Any] = {}
    for ours, theirs in NAMES.items():
        found = [content[name] for name in theirs if name in content]
        if not found or type(found[0]) is not int:
            raise ValueError(f"{path}: expected a whole number {theirs[0]}, "
                             f"got {found[0] if found else 'none'!r}")
        settings[ours] = found[0]
    width = 4 * settings["d_model"]
    if content.get("n_inner") not in (None, width):
        raise ValueError(f"{path}: n_inner is {content['n_inner']}, and "
                         f"GPT-2's is 4 n_embd, {width}")
    return GPT2Config(
        **settings, dropout=content.get("resid_pdrop", 0.1),
        qkv_bias=content.get("qkv_bias", True),
        tie_embeddings=content.get("tie_word_embeddings", True))


def config_json(config: GPT2Config) -> dict[str, Any]:
    """The content of a config.json for transformers.

    qkv_bias is a key of our own: transformers' GPT-2 always has these
    offsets, and is given zeros.
    """
    content = {name: getattr(config, ours)
               for ours, theirs in NAMES.items() for name in theirs[:1]}
    dropout = dict.fromkeys(("resid_pdrop", "embd_pdrop", "attn_pdrop"),
                            config.dropout)
    fixed = {name: allowed[0] for name, allowed in FIXED.items()}
    return {"architectures": ["GPT2LMHeadModel"], **fixed, **content,
            **dropout, "n_ctx": config.context_length,
            "qkv_bias": config.qkv_bias,
            "tie_word_embeddings": config.tie_embeddings}


def config_of_arrays(arrays: Mapping[str, np.ndarray], spelling: Spelling
                     ) -> GPT2Config | None:
    """What a file's names and shapes tell; None where it holds no GPT-2.

    They do not tell the heads: 64 features in each, as in all published
    sizes, is a guess for others.
    """
    def shape(name):
        return arrays[spelling(name)].shape
    layer = 0
    while spelling(f"blocks.{layer}.norm1.weight") in arrays:
        layer += 1
    try:
        vocab_size, d_model = shape("token_embedding.weight")
        context_length, _ = shape("position_embedding.weight")
        return GPT2Config(
            vocab_size=vocab_size, context_length=context_length,
            d_model=d_model, n_layers=layer, n_heads=max(1, d_model // 64))
    except (KeyError, ValueError):
        return None


def preset_of(config: GPT2Config | None) -> str | None:
    """The name of the published size that this is, if any"""
    for name, size in PRESETS.items():
        if config and replace(config, dropout=size.dropout,
                              tie_embeddings=True) == size:
            return name
    return None
