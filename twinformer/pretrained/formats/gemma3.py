"""Gemma 3's files, of the models for text.

What Hugging Face calls post_attention_layernorm stands behind attention here, as its name says,
and not before the feed-forward, as in Llama. What it calls weight is our offset: 1 is added.
"""
from typing import Any

from ...architectures.gemma3 import Gemma3Config
from .decoder import UNBIASED, DecoderFormat
from .rope import read_plain, rope_of
from .settings import Settings
from .windows import FULL, SLIDING, layer_types, read_global_every

__all__ = ["Gemma3Format"]

INNER = {"norm2": "pre_feedforward_layernorm", "post_norm1": "post_attention_layernorm",
         "post_norm2": "post_feedforward_layernorm"}
# transformers' Gemma 3 has a setting for capped scores, and does not cap them
FIXED = UNBIASED | {"use_bidirectional_attention": (False,), "attn_logit_softcapping": (None,)}
REPOSITORIES = {"gemma-3-270m": "google/gemma-3-270m", "gemma-3-1b": "google/gemma-3-1b-pt"}


class Gemma3Format(DecoderFormat):
    """Of Gemma3ForCausalLM."""

    kind = "gemma3"
    model_types = ("gemma3_text", "gemma3")
    architecture = "Gemma3ForCausalLM"
    inner = INNER
    act = ("hidden_activation", "gelu_pytorch_tanh")
    tied, head_dim = True, 256
    fixed, repositories = FIXED, REPOSITORIES

    def read_config(self, settings: Settings) -> Gemma3Config:
        if settings.get("model_type") == "gemma3" or "text_config" in settings.content:
            raise ValueError(f"{settings.place} is of a Gemma 3 that also looks at images, which "
                             "has no form here; gemma-3-270m and gemma-3-1b are for text alone")
        sizes = self.read_sizes(settings)
        every = read_global_every(settings, sizes["n_layers"], 6)
        return Gemma3Config(
            **sizes, global_every=every, window_size=settings.whole("sliding_window", 4096),
            rope_theta=read_plain(rope_of(settings, 1000000.0, FULL)),
            local_rope_theta=read_plain(rope_of(settings, 10000.0, SLIDING,
                                                "rope_local_base_freq")),
            query_scale=settings.number("query_pre_attn_scalar", 256),
            logit_cap=settings.number("final_logit_softcapping", 0.0))

    def config_json(self, config: Gemma3Config) -> dict[str, Any]:
        if config.score_cap:
            raise ValueError("transformers' Gemma 3 does not cap its scores: a model with "
                             f"model.score_cap {config.score_cap} has no form there")
        scale = config.query_scale or config.head_dim
        return super().config_json(config) | {
            "sliding_window": config.window_size, "layer_types": layer_types(config),
            "sliding_window_pattern": config.global_every,
            "rope_parameters": {
                FULL: {"rope_theta": config.rope_theta, "rope_type": "default"},
                SLIDING: {"rope_theta": config.local_rope_theta, "rope_type": "default"}},
            "query_pre_attn_scalar": int(scale) if scale == int(scale) else scale,
            "final_logit_softcapping": config.logit_cap or None}
