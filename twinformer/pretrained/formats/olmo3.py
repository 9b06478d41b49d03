"""Olmo 3's files: no norm before anything, one behind attention and one behind the feed-forward.

YaRN stretches the rotary positions of the layers that see the whole text, and of no others.
"""
from typing import Any

from ...architectures.olmo3 import Olmo3Config
from .decoder import DecoderFormat
from .rope import read_plain, read_yarn, rope_of, yarn_out
from .settings import Settings
from .windows import FULL, SLIDING, layer_types, read_global_every

__all__ = ["Olmo3Format"]

INNER = {"post_norm1": "post_attention_layernorm", "post_norm2": "post_feedforward_layernorm"}
REPOSITORIES = {"olmo-3-7b": "allenai/Olmo-3-1025-7B", "olmo-3-32b": "allenai/Olmo-3-1125-32B"}


class Olmo3Format(DecoderFormat):
    """Of Olmo3ForCausalLM."""

    kind = "olmo3"
    model_types = ("olmo3",)
    architecture = "Olmo3ForCausalLM"
    inner = INNER
    norm_eps = 1e-5
    repositories = REPOSITORIES

    def read_config(self, settings: Settings) -> Olmo3Config:
        sizes = self.read_sizes(settings)
        every = read_global_every(settings, sizes["n_layers"], 4)
        yarn = read_yarn(rope_of(settings, 500000.0, FULL), sizes["context_length"],
                         truncate=True)
        near = read_plain(rope_of(settings, 500000.0, SLIDING))
        if near != yarn["rope_theta"]:
            raise ValueError(f"{settings.place}: rope_theta is {near} in layers with a window, "
                             f"and {yarn['rope_theta']} in the others; Olmo 3 here has one for "
                             "all")
        return Olmo3Config(**sizes, **yarn, global_every=every,
                           window_size=settings.whole("sliding_window", 4096))

    def config_json(self, config: Olmo3Config) -> dict[str, Any]:
        return super().config_json(config) | {
            "sliding_window": config.window_size, "layer_types": layer_types(config),
            "rope_parameters": {
                FULL: yarn_out(config, truncate=True),
                SLIDING: {"rope_theta": config.rope_theta, "rope_type": "default"}}}
