"""gpt-oss's files: all experts of a layer are one tensor, gate and up in turns.

Shapes: E experts, F width of one, D model width.
"""
from typing import Any

from ...architectures.gpt_oss import GptOssConfig
from .decoder import SIZES, DecoderFormat
from .experts import expert_of
from .mxfp4 import with_unpacked
from .place import Arrays, Place
from .rope import read_yarn, rope_of, yarn_out
from .settings import Settings
from .windows import layer_types

__all__ = ["GptOssFormat"]

INNER = {"feed_forward.router": "mlp.router"}
FIXED = {"attention_bias": (True,), "swiglu_alpha": (1.702,), "swiglu_limit": (7.0,)}
MOE_SIZES = SIZES | {"n_active": "num_experts_per_tok"}
REPOSITORIES = {"gpt-oss-20b": "openai/gpt-oss-20b", "gpt-oss-120b": "openai/gpt-oss-120b"}

YARN = {"rope_type": "yarn", "factor": 32.0, "truncate": False,
        "original_max_position_embeddings": 4096}


class GptOssFormat(DecoderFormat):
    """Of GptOssForCausalLM."""

    kind = "gpt_oss"
    model_types = ("gpt_oss",)
    architecture = "GptOssForCausalLM"
    inner = INNER
    head_dim, norm_eps = 64, 1e-5
    fixed, sizes, repositories = FIXED, MOE_SIZES, REPOSITORIES

    def read_config(self, settings: Settings) -> GptOssConfig:
        content = dict(settings.content)
        quantised = content.pop("quantization_config", None) or {}
        if quantised.get("quant_method") == "mxfp4":        # which is read here
            settings = Settings(content, settings.place)
        sizes = self.read_sizes(settings)
        if not {"rope_parameters", "rope_scaling"} & {name for name in content
                                                      if content[name]}:
            settings = Settings(content | {"rope_scaling": YARN}, settings.place, settings.model)
        config = GptOssConfig(
            **sizes, n_experts=settings.whole("num_local_experts", 128),
            window_size=settings.whole("sliding_window", 128),
            balance_weight=settings.number("router_aux_loss_coef", 0.001),
            **read_yarn(rope_of(settings, 150000.0), sizes["context_length"], truncate=False))
        settings.only("layer_types", layer_types(config))
        return config

    def config_json(self, config: GptOssConfig) -> dict[str, Any]:
        return super().config_json(config) | {
            "num_local_experts": config.n_experts,
            "sliding_window": config.window_size, "layer_types": layer_types(config),
            "router_aux_loss_coef": config.balance_weight,
            "rope_parameters": yarn_out(config, truncate=False)}

    def plain(self, tensors: Arrays) -> Arrays:
        return with_unpacked(super().plain(tensors))

    def place(self, name: str, config: GptOssConfig) -> Place:
        if (found := expert_of(name)) is None:
            return Place(self.tensor(name))
        layer, expert, part, leaf = found
        E, F, D = config.n_experts, config.d_hidden, config.d_model
        before, bias = f"model.layers.{layer}.mlp.experts.", "_bias" if leaf == "bias" else ""
        if part == "down":
            return Place(f"{before}down_proj{bias}", (expert,), not bias,
                         (E, D) if bias else (E, F, D))
        turn = slice(0, None, 2) if part == "gate" else slice(1, None, 2)
        return Place(f"{before}gate_up_proj{bias}", (expert, ..., turn), not bias,
                     (E, 2 * F) if bias else (E, D, 2 * F))
