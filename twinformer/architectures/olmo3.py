"""Olmo 3 in numbers.

Shapes: H = query heads, G = key/value heads, K = head width.
"""
from dataclasses import dataclass

from .decoder import DecoderConfig, Shapes

__all__ = ["OLMO3_PRESETS", "Olmo3Config"]


@dataclass(frozen=True, kw_only=True)
class Olmo3Config(DecoderConfig):
    """The shape of an Olmo 3. Olmo team 2025 (arXiv:2512.13961).

    Attributes
    ----------
    window_size
        How many latest tokens a local layer sees.
    global_every
        Every so many layers, one sees the whole text.
    yarn_factor
        By how much the rotary positions of those are stretched, for texts longer than
        yarn_original_length; 1 = not at all.
    yarn_original_length
        The context length before it was extended.
    """

    kind: str = "olmo3"
    vocab_size: int = 100278
    context_length: int = 65536
    d_model: int = 4096
    n_heads: int = 32
    n_kv_heads: int = 32
    head_dim: int = 128
    d_hidden: int = 11008
    n_layers: int = 32
    rope_theta: float = 500000.0
    tie_embeddings: bool = False
    window_size: int = 4096
    global_every: int = 4
    yarn_factor: float = 8.0
    yarn_original_length: int = 8192

    def window(self, layer: int) -> int | None:
        return None if (layer + 1) % self.global_every == 0 else self.window_size

    def block_shapes(self, layer: int) -> Shapes:
        return {**self.attention_shapes(), **self.norm_shapes("post_norm1"),
                **self.feed_forward_shapes(), **self.norm_shapes("post_norm2")}

    def attention_shapes(self) -> Shapes:
        return {**super().attention_shapes(),
                "attention.q_norm.weight": (self.n_heads * self.head_dim,),
                "attention.k_norm.weight": (self.n_kv_heads * self.head_dim,)}


OLMO3_PRESETS = {
    "olmo-3-7b": Olmo3Config(),
    "olmo-3-32b": Olmo3Config(d_model=5120, n_heads=40, n_kv_heads=8, d_hidden=27648,
                              n_layers=64),
}
