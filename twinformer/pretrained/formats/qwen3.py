"""Qwen3's files, dense and with experts.

On the hub, and as transformers writes them, every expert has tensors of its own. In the memory of
transformers all experts of a layer are one tensor, (E, 2 F, D) and (E, D, F): so are some
pickles.

Shapes: E experts, F width of one, D model width.
"""
from typing import Any

from ...architectures.qwen3 import Qwen3Config, Qwen3MoEConfig
from .decoder import SIZES, UNBIASED, DecoderFormat
from .experts import expert_of
from .place import Arrays, Place, Places
from .rope import read_plain, rope_of
from .settings import Settings

__all__ = ["Qwen3Format", "Qwen3MoEFormat"]

REPOSITORIES = {f"qwen3-{size.lower()}": f"Qwen/Qwen3-{size}"
                for size in ("0.6B", "1.7B", "4B", "8B", "14B", "32B")}
REPOSITORIES |= {"qwen3-0.6b-base": "Qwen/Qwen3-0.6B-Base",
                 "qwen3-4b-2507": "Qwen/Qwen3-4B-Instruct-2507"}

MOE_INNER = {"feed_forward.router": "mlp.gate"}
MOE_FIXED = UNBIASED | {"decoder_sparse_step": (1,), "mlp_only_layers": ([],)}
MOE_SIZES = SIZES | {"d_hidden": "moe_intermediate_size", "n_active": "num_experts_per_tok"}
MOE_REPOSITORIES = {"qwen3-30b-a3b": "Qwen/Qwen3-30B-A3B",
                    "qwen3-30b-a3b-2507": "Qwen/Qwen3-30B-A3B-Instruct-2507"}


class Qwen3Format(DecoderFormat):
    """Of Qwen3ForCausalLM."""

    kind = "qwen3"
    model_types = ("qwen3",)
    architecture = "Qwen3ForCausalLM"
    head_dim: int | None = 128
    repositories = REPOSITORIES

    def read_config(self, settings: Settings) -> Qwen3Config:
        sizes = self.read_sizes(settings)
        self.check_windows(settings, sizes["n_layers"])
        return Qwen3Config(**sizes, rope_theta=read_plain(rope_of(settings, 10000.0)))

    def check_windows(self, settings: Settings, n_layers: int) -> None:
        """ValueError where some layer sees a window only: no published size does."""
        layers = settings.get("layer_types")
        if layers is None:
            windows = (settings.flag("use_sliding_window", False)
                       and settings.get("sliding_window", 4096)
                       and settings.get("max_window_layers", 28) < n_layers)
        else:
            windows = set(layers) != {"full_attention"}
        if windows:
            raise ValueError(f"{settings.place}: some layers see a sliding window only, and "
                             "those of Qwen3 here see all; such a model cannot be computed")

    def config_json(self, config: Any) -> dict[str, Any]:
        return super().config_json(config) | {
            "use_sliding_window": False, "sliding_window": None,
            "rope_parameters": {"rope_theta": config.rope_theta, "rope_type": "default"}}


class Qwen3MoEFormat(Qwen3Format):
    """Of Qwen3MoeForCausalLM."""

    kind = "qwen3_moe"
    model_types = ("qwen3_moe",)
    architecture = "Qwen3MoeForCausalLM"
    head_dim = None
    inner, fixed, sizes = MOE_INNER, MOE_FIXED, MOE_SIZES
    repositories = MOE_REPOSITORIES

    def read_config(self, settings: Settings) -> Qwen3MoEConfig:
        sizes = self.read_sizes(settings)
        if settings.flag("use_sliding_window", False):
            settings.only("sliding_window", None)
        # "num_local_experts" is what newer versions of transformers call it
        experts = "num_experts" if "num_experts" in settings.content else "num_local_experts"
        return Qwen3MoEConfig(
            **sizes, n_experts=settings.whole(experts, 128),
            renormalise=settings.flag("norm_topk_prob", False),
            balance_weight=settings.number("router_aux_loss_coef", 0.001),
            rope_theta=read_plain(rope_of(settings, 10000.0)))

    def config_json(self, config: Any) -> dict[str, Any]:
        return super().config_json(config) | {
            "num_experts": config.n_experts, "norm_topk_prob": config.renormalise,
            "router_aux_loss_coef": config.balance_weight,
            "intermediate_size": config.d_hidden}       # of layers without experts: none

    def places(self, config: Qwen3MoEConfig, tensors: Arrays | None = None) -> Places:
        together = any(name.endswith(".mlp.experts.gate_up_proj") for name in tensors or ())
        place = self.fused_place if together else self.place
        return {name: place(name, config) for name in config.parameter_shapes()}

    def tensor(self, name: str) -> str:
        if (found := expert_of(name)) is None:
            return super().tensor(name)
        layer, expert, part, leaf = found
        return f"model.layers.{layer}.mlp.experts.{expert}.{part}_proj.{leaf}"

    def fused_place(self, name: str, config: Qwen3MoEConfig) -> Place:
        """In files where all experts of a layer are one tensor"""
        if (found := expert_of(name)) is None:
            return self.place(name, config)
        layer, expert, part, _ = found
        E, F, D = config.n_experts, config.d_hidden, config.d_model
        before = f"model.layers.{layer}.mlp.experts."
        if part == "down":
            return Place(before + "down_proj", (expert,), whole=(E, D, F))
        half = slice(0, F) if part == "gate" else slice(F, 2 * F)
        return Place(before + "gate_up_proj", (expert, half), whole=(E, 2 * F, D))
