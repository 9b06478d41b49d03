"""gpt-oss in numbers.

Shapes: D = model width, H = query heads, E = experts, F = width of one.
"""
from dataclasses import dataclass

from .decoder import DecoderConfig, Shapes

__all__ = ["GPT_OSS_PRESETS", "GptOssConfig"]


@dataclass(frozen=True, kw_only=True)
class GptOssConfig(DecoderConfig):
    """The shape of a gpt-oss. OpenAI 2025 (arXiv:2508.10925), section 2.

    Attributes
    ----------
    d_hidden
        Width of one expert (F).
    n_experts
        Experts in each block (E).
    n_active
        Experts that work on a token (top k).
    window_size
        How many latest tokens every other layer sees, from the first on.
    yarn_factor
        By how much rotary positions are stretched, for texts longer than yarn_original_length;
        1 = not at all.
    yarn_original_length
        The context length before it was extended.
    balance_weight
        How much the loss that keeps experts equally busy counts beside that of the text.
    """

    kind: str = "gpt_oss"
    vocab_size: int = 201088
    context_length: int = 131072
    d_model: int = 2880
    n_heads: int = 64
    n_kv_heads: int = 8
    head_dim: int = 64
    d_hidden: int = 2880
    n_layers: int = 24
    rope_theta: float = 150000.0
    norm_eps: float = 1e-5
    tie_embeddings: bool = False
    n_experts: int = 32
    n_active: int = 4
    window_size: int = 128
    yarn_factor: float = 32.0
    yarn_original_length: int = 4096
    balance_weight: float = 0.001

    def __post_init__(self):
        super().__post_init__()
        if not 1 <= self.n_active <= self.n_experts:
            raise ValueError(f"a token meets 1 to all experts: expected model.n_active in "
                             f"1..{self.n_experts} (model.n_experts), got {self.n_active}")

    def window(self, layer: int) -> int | None:
        return None if layer % 2 else self.window_size

    def attention_shapes(self) -> Shapes:
        shapes: Shapes = {"attention.sinks": (self.n_heads,)}
        for name, shape in super().attention_shapes().items():
            shapes |= {name: shape, name.replace("weight", "bias"): shape[:1]}
        return shapes

    def feed_forward_shapes(self) -> Shapes:
        D, F, E = self.d_model, self.d_hidden, self.n_experts
        shapes: Shapes = {"feed_forward.router.weight": (E, D), "feed_forward.router.bias": (E,)}
        for expert in range(E):
            name = f"feed_forward.experts.{expert}."
            shapes |= {name + "gate.weight": (F, D), name + "gate.bias": (F,),
                       name + "up.weight": (F, D), name + "up.bias": (F,),
                       name + "down.weight": (D, F), name + "down.bias": (D,)}
        return shapes

    def active_parameter_count(self) -> int:
        D, F = self.d_model, self.d_hidden
        idle = self.n_experts - self.n_active
        return self.parameter_count() - self.n_layers * idle * (3 * D * F + 2 * F + D)


GPT_OSS_PRESETS = {
    "gpt-oss-20b": GptOssConfig(),
    "gpt-oss-120b": GptOssConfig(n_layers=36, n_experts=128),
}
