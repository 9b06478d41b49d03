"""Every kind of model there is, in one list.

A new kind is a line here; its config, its model in both packages, and what its weights are called
elsewhere are files of their own.
"""
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import Any

from ..models.config import PRESETS, GPT2Config
from .bert import BERT_PRESETS, BertConfig
from .gemma3 import GEMMA3_PRESETS, Gemma3Config
from .gpt_oss import GPT_OSS_PRESETS, GptOssConfig
from .llama import LLAMA_PRESETS, LlamaConfig
from .olmo3 import OLMO3_PRESETS, Olmo3Config
from .qwen3 import QWEN3_MOE_PRESETS, QWEN3_PRESETS, Qwen3Config, Qwen3MoEConfig

__all__ = ["ENCODERS", "EVERY_KIND", "KINDS", "Kind", "all_presets", "config_of", "kind_named",
           "kind_of", "sized_model", "small_model", "writes"]


@dataclass(frozen=True)
class Kind:
    """One architecture.

    Attributes
    ----------
    config
        The class of its config.
    model
        The name of its model in numpy_impl and torch_impl.
    presets
        Its published sizes, {name: config}.
    small
        What two CPU cores train in minutes: the fields that differ from the config's defaults.
    objective
        The name, in numpy_impl and torch_impl, of what it is pretrained on.
    usual
        What else `twinformer train` begins with, where that is not what suits a GPT-2.
    """

    config: type
    model: str
    presets: dict[str, Any]
    small: dict[str, Any] = field(default_factory=dict)
    objective: str = "NextTokens"
    usual: dict[str, Any] = field(default_factory=dict)


# As small as GPT-2's default here, so that kinds can be compared
SMALL = {"vocab_size": 2048, "context_length": 64, "d_model": 160, "n_layers": 2}
HEADS = {"n_heads": 4, "n_kv_heads": 2, "head_dim": 40}
EXPERTS = {"d_hidden": 216, "n_experts": 4, "n_active": 2}

# Models that write
KINDS = {
    "gpt2": Kind(GPT2Config, "GPTModel", PRESETS, SMALL | {"n_heads": 4, "dropout": 0.0}),
    "llama": Kind(LlamaConfig, "LlamaModel", LLAMA_PRESETS, SMALL | HEADS | {"d_hidden": 432,
                  "rope_theta": 10000.0}),
    "qwen3": Kind(Qwen3Config, "Qwen3Model", QWEN3_PRESETS, SMALL | HEADS | {"d_hidden": 432,
                  "rope_theta": 10000.0}),
    "qwen3_moe": Kind(Qwen3MoEConfig, "Qwen3MoEModel", QWEN3_MOE_PRESETS,
                      SMALL | HEADS | EXPERTS | {"rope_theta": 10000.0, "tie_embeddings": True}),
    "gemma3": Kind(Gemma3Config, "Gemma3Model", GEMMA3_PRESETS, SMALL | HEADS | {"d_hidden": 432,
                   "rope_theta": 10000.0, "window_size": 32, "global_every": 2}),
    "olmo3": Kind(Olmo3Config, "Olmo3Model", OLMO3_PRESETS, SMALL | HEADS | {"d_hidden": 432,
                  "rope_theta": 10000.0, "tie_embeddings": True, "window_size": 32,
                  "global_every": 2, "yarn_factor": 1.0}),
    "gpt_oss": Kind(GptOssConfig, "GptOssModel", GPT_OSS_PRESETS,
                    SMALL | HEADS | EXPERTS | {"rope_theta": 10000.0, "tie_embeddings": True,
                    "window_size": 32, "yarn_factor": 1.0}),
}


# Models that read and do not write
ENCODERS = {
    "bert": Kind(BertConfig, "BertModel", BERT_PRESETS, SMALL | {"n_heads": 4, "d_hidden": 640,
                 "dropout": 0.0, "attention_dropout": 0.0}, "MaskedTokens",
                 # Norms behind the sums want smaller steps: Xiong et al. 2020 (arXiv:2002.04745)
                 {"data.tokenizer": "wordpiece", "training.learning_rate": 0.001}),
}

EVERY_KIND = KINDS | ENCODERS


def kind_of(config: Any) -> Kind:
    """The kind that a config is of."""
    return EVERY_KIND[config.kind]


def writes(config: Any) -> bool:
    """Whether models of that config go on with a text."""
    return config.kind in KINDS


def kind_named(name: str) -> Kind:
    """The kind of that name.

    Raises
    ------
    ValueError
        If there is none; the message lists those there are.
    """
    if name not in EVERY_KIND:
        raise ValueError(f"model.kind must be one of {', '.join(EVERY_KIND)}, got {name!r}")
    return EVERY_KIND[name]


def config_of(values: Mapping[str, Any]) -> Any:
    """A config from its fields, among them its kind; without one: gpt2's.

    Raises
    ------
    ValueError
        For a kind that there is not, for fields that it has not, and for values that will not do.
    """
    kind = values.get("kind", "gpt2")
    config = kind_named(kind).config
    known = [entry.name for entry in fields(config)]
    for name in values:
        if name not in known:
            raise ValueError(f"unknown setting model.{name} of a {kind}; it was probably written "
                             "by another version of twinformer")
    return config(**values)


def small_model(kind: str = "gpt2") -> Any:
    """What two CPU cores train in minutes: the config of a new model.

    So few tokens fit into minutes that the number of steps decides, and two layers with a short
    context learn soonest where to look.
    """
    found = kind_named(kind)
    return found.config(**found.small)


def sized_model(kind: str, *, vocab_size: int, context_length: int, d_model: int, n_heads: int,
                n_layers: int) -> Any:
    """A model of that kind of these sizes, its other ones in proportion: in two thirds of a
    GPT-2's feed-forward there is room for a gate, and of experts two work at once."""
    sizes = {"vocab_size": vocab_size, "context_length": context_length, "d_model": d_model,
             "n_heads": n_heads, "n_layers": n_layers,
             "n_kv_heads": n_heads // 2 if n_heads % 2 == 0 else n_heads,
             "head_dim": max(2, d_model // max(n_heads, 1) // 2 * 2),
             "d_hidden": -(-8 * d_model // 3)}
    found = kind_named(kind)
    if "n_experts" in found.small:
        sizes["d_hidden"] = -(-sizes["d_hidden"] // found.small["n_active"])
    known = {entry.name for entry in fields(found.config)}
    return found.config(**found.small | {
        name: size for name, size in sizes.items() if name in known})


def all_presets(kinds: Mapping[str, Kind] = KINDS) -> dict[str, Any]:
    """The published sizes of all these kinds, {name: config}; of those that write."""
    return {name: config for kind in kinds.values() for name, config in kind.presets.items()}
