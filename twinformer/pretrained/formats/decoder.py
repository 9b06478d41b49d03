"""What the formats of all decoders after GPT-2 have in common.

    here                          Hugging Face
    token_embedding.weight        model.embed_tokens.weight
    blocks.0.attention.q.weight   model.layers.0.self_attn.q_proj.weight
    blocks.0.norm1.weight         model.layers.0.input_layernorm.weight
    head.weight                   lm_head.weight
"""
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from .format import NONE, Format
from .place import Arrays, Place, Places
from .settings import Settings

__all__ = ["SIZES", "UNBIASED", "DecoderFormat"]

OUTER = {"token_embedding": "model.embed_tokens", "final_norm": "model.norm", "head": "lm_head"}
INNER = {"attention.q": "self_attn.q_proj", "attention.k": "self_attn.k_proj",
         "attention.v": "self_attn.v_proj", "attention.out": "self_attn.o_proj",
         "attention.q_norm": "self_attn.q_norm", "attention.k_norm": "self_attn.k_norm",
         "attention": "self_attn",              # its sinks
         "feed_forward.gate": "mlp.gate_proj", "feed_forward.up": "mlp.up_proj",
         "feed_forward.down": "mlp.down_proj",
         "norm1": "input_layernorm", "norm2": "post_attention_layernorm"}

# Modules that frameworks put around others, and where the name of a weight begins
WRAPPERS = {"module", "_orig_mod", "_forward_module", "_fsdp_wrapped_module",
            "_checkpoint_wrapped_module"}
BEGINNING = re.compile(r"(?:^|(?<=\.))(?:embed_tokens|layers\.\d+|norm|lm_head)\.")
BUFFERS = (".rotary_emb.inv_freq",)     # saved with the weights by old versions of transformers

# Our fields and theirs, where they say the same
SIZES = {"vocab_size": "vocab_size", "context_length": "max_position_embeddings",
         "d_model": "hidden_size", "n_heads": "num_attention_heads",
         "d_hidden": "intermediate_size", "n_layers": "num_hidden_layers"}
UNBIASED = {"attention_bias": (False,)}


class DecoderFormat(Format):
    """Of a kind whose config is a DecoderConfig.

    Attributes
    ----------
    architecture
        transformers' class.
    inner
        What is called differently inside a block.
    act, tied, head_dim
        Settings that files leave out: the name of the activation's, whether the output layer
        is the embedding, and the width of a head; None = that of d_model / n_heads.
    fixed
        Further settings that have to be as they are here, {name: allowed}.
    """

    architecture = ""
    inner: Mapping[str, str] = NONE
    act: tuple[str, ...] = ("hidden_act", "silu")
    tied = False
    head_dim: int | None = None
    norm_eps = 1e-6
    fixed: Mapping[str, tuple[Any, ...]] = UNBIASED
    sizes: Mapping[str, str] = SIZES

    # -- config.json ---------------------------------------------------------

    def read_sizes(self, settings: Settings) -> dict[str, Any]:
        """The fields that all of them have, but rotary positions."""
        settings.model = self.architecture.removesuffix("ForCausalLM")
        settings.only("quantization_config", None)
        settings.only("attention_dropout", 0.0)
        settings.only(self.act[0], *self.act[1:])
        for name, allowed in self.fixed.items():
            settings.only(name, *allowed)
        sizes = {ours: settings.whole(theirs) for ours, theirs in self.sizes.items()}
        heads, width = sizes["n_heads"], sizes["d_model"]
        return sizes | {
            "n_kv_heads": settings.whole("num_key_value_heads", heads),
            "head_dim": settings.whole("head_dim", self.head_dim or width // heads),
            "norm_eps": settings.number("rms_norm_eps", self.norm_eps),
            "tie_embeddings": settings.flag("tie_word_embeddings", self.tied)}

    def config_json(self, config: Any) -> dict[str, Any]:
        return {"architectures": [self.architecture], "model_type": self.model_types[0],
                **{theirs: getattr(config, ours) for ours, theirs in self.sizes.items()},
                "num_key_value_heads": config.n_kv_heads, "head_dim": config.head_dim,
                "rms_norm_eps": config.norm_eps, self.act[0]: self.act[1],
                "attention_dropout": 0.0,
                **{name: allowed[0] for name, allowed in self.fixed.items()},
                "tie_word_embeddings": config.tie_embeddings}

    # -- tensors -------------------------------------------------------------

    def places(self, config: Any, tensors: Arrays | None = None) -> Places:
        return {name: self.place(name, config) for name in config.parameter_shapes()}

    def place(self, name: str, config: Any) -> Place:
        """Where one parameter lies: under its name, as it is, if nothing else is said."""
        return Place(self.tensor(name))

    def tensor(self, name: str) -> str:
        """Our name -> theirs"""
        stem, leaf = name.rsplit(".", 1)
        leaf = "weight" if leaf == "offset" else leaf
        if stem in OUTER:
            return f"{OUTER[stem]}.{leaf}"
        _, layer, stem = stem.split(".", 2)
        return f"model.layers.{layer}.{self.inner.get(stem) or INNER[stem]}.{leaf}"

    def plain(self, tensors: Arrays) -> Arrays:
        """As of a model by itself: neither parallel nor compiled, nor without its head."""
        found: dict[str, Any] = {}
        for name, tensor in tensors.items():
            if name.endswith(BUFFERS):
                continue
            short = ".".join(part for part in name.split(".") if part not in WRAPPERS)
            if begins := BEGINNING.search(short):
                short = short[begins.start():]
                short = short if short.startswith("lm_head.") else f"model.{short}"
            if short in found:
                raise ValueError(f"{short} is there twice: this is more than one model")
            found[short] = tensor
        return found

    def has_own_head(self, tensors: Arrays) -> bool:
        head, embedding = (self.tensor(name)
                           for name in ("head.weight", "token_embedding.weight"))
        return head in tensors and not (
            embedding in tensors and tensors[head].shape == tensors[embedding].shape
            and np.array_equal(tensors[head], tensors[embedding]))

    def idle(self, tensors: Arrays, config: Any) -> set[str]:
        """A tied output layer is in some files under both of its names."""
        return ({self.tensor("head.weight")}
                if config.tie_embeddings and not self.has_own_head(tensors) else set())
