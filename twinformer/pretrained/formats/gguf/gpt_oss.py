"""gpt-oss in a GGUF file: attention has sinks, and the norm before experts another name."""
from typing import Any

from ....architectures.gpt_oss import GptOssConfig
from ..place import Arrays
from ..settings import Settings
from .experts import EXPERT_FIELDS, expert_numbers, expert_sizes
from .format import GGUFFormat
from .windows import YARN_FIELDS, every, yarn_numbers, yarn_sizes

__all__ = ["GGUFGptOss"]

INNER = {"norm2": "post_attention_norm", "attention": "attn_sinks"}


class GGUFGptOss(GGUFFormat):
    kind, config = "gpt_oss", GptOssConfig
    inner = INNER
    own = ("balance_weight",)
    known = (*EXPERT_FIELDS, *YARN_FIELDS, "attention.sliding_window_pattern",
             "rope.freq_base_swa")
    scalings, always_head = ("none", "yarn"), True

    def numbers(self, config: GptOssConfig) -> dict[str, Any]:
        return super().numbers(config) | expert_numbers(config) | yarn_numbers(config) | {
            "attention.sliding_window": config.window_size}

    def read(self, settings: Settings, tensors: Arrays) -> dict[str, Any]:
        found = self.sizes(settings) | expert_sizes(settings, tensors) | yarn_sizes(settings)
        settings.only("rope.freq_base_swa", found["rope_theta"])
        if every(settings, found["n_layers"], 2) != 2:
            raise ValueError(f"{settings.place}: every other layer of a gpt-oss sees a window; "
                             "such a model cannot be computed")
        return found | {"window_size": settings.whole("attention.sliding_window")}
