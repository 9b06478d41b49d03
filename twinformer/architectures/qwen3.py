"""Qwen3 in numbers, dense and with experts.

Shapes: D = model width, K = head width, E = experts, F = width of one.
"""
from dataclasses import dataclass, replace

from .decoder import DecoderConfig, Shapes

__all__ = ["QWEN3_MOE_PRESETS", "QWEN3_PRESETS", "Qwen3Config", "Qwen3MoEConfig"]


@dataclass(frozen=True, kw_only=True)
class Qwen3Config(DecoderConfig):
    """The shape of a Qwen3: Llama's, with norms of queries and keys. Yang et al. 2025
    (arXiv:2505.09388), table 1."""

    kind: str = "qwen3"
    vocab_size: int = 151936
    context_length: int = 40960
    d_model: int = 1024
    n_heads: int = 16
    n_kv_heads: int = 8
    head_dim: int = 128
    d_hidden: int = 3072
    n_layers: int = 28
    rope_theta: float = 1000000.0

    def attention_shapes(self) -> Shapes:
        return {**super().attention_shapes(), "attention.q_norm.weight": (self.head_dim,),
                "attention.k_norm.weight": (self.head_dim,)}


@dataclass(frozen=True, kw_only=True)
class Qwen3MoEConfig(Qwen3Config):
    """The shape of a Qwen3 whose feed-forwards are mixtures of experts. Yang et al. 2025
    (arXiv:2505.09388), table 2.

    Attributes
    ----------
    d_hidden
        Width of one expert (F).
    n_experts
        Experts in each block (E).
    n_active
        Experts that work on a token (top k).
    renormalise
        Whether the weights of the chosen experts are made to sum to 1.
    balance_weight
        How much the loss that keeps experts equally busy counts beside that of the text.
    """

    kind: str = "qwen3_moe"
    d_model: int = 2048
    n_heads: int = 32
    n_kv_heads: int = 4
    d_hidden: int = 768
    n_layers: int = 48
    tie_embeddings: bool = False
    n_experts: int = 128
    n_active: int = 8
    renormalise: bool = True
    balance_weight: float = 0.001

    def __post_init__(self):
        super().__post_init__()
        if not 1 <= self.n_active <= self.n_experts:
            raise ValueError(f"a token meets 1 to all experts: expected model.n_active in "
                             f"1..{self.n_experts} (model.n_experts), got {self.n_active}")

    def feed_forward_shapes(self) -> Shapes:
        D, F, E = self.d_model, self.d_hidden, self.n_experts
        shapes: Shapes = {"feed_forward.router.weight": (E, D)}
        for expert in range(E):
            name = f"feed_forward.experts.{expert}."
            shapes |= {name + "gate.weight": (F, D), name + "up.weight": (F, D),
                       name + "down.weight": (D, F)}
        return shapes

    def active_parameter_count(self) -> int:
        idle = self.n_experts - self.n_active
        return self.parameter_count() - self.n_layers * idle * 3 * self.d_model * self.d_hidden


def untied(**sizes) -> Qwen3Config:
    return Qwen3Config(tie_embeddings=False, **sizes)


QWEN3_PRESETS = {
    "qwen3-0.6b": Qwen3Config(),
    "qwen3-0.6b-base": Qwen3Config(context_length=32768),
    "qwen3-1.7b": Qwen3Config(d_model=2048, d_hidden=6144),
    "qwen3-4b": Qwen3Config(d_model=2560, n_heads=32, d_hidden=9728, n_layers=36),
    "qwen3-8b": untied(d_model=4096, n_heads=32, d_hidden=12288, n_layers=36),
    "qwen3-14b": untied(d_model=5120, n_heads=40, d_hidden=17408, n_layers=40),
    "qwen3-32b": untied(d_model=5120, n_heads=64, d_hidden=25600, n_layers=64),
    "qwen3-4b-2507": Qwen3Config(d_model=2560, n_heads=32, d_hidden=9728, n_layers=36,
                                 context_length=262144, rope_theta=5000000.0),
}

QWEN3_MOE_PRESETS = {
    "qwen3-30b-a3b": Qwen3MoEConfig(),
    "qwen3-30b-a3b-2507": replace(Qwen3MoEConfig(), context_length=262144,
                                  rope_theta=10000000.0),
}
