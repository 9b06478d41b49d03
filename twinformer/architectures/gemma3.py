"""Gemma 3 in numbers, the models for text.

Shapes: D = model width, K = head width.
"""
from dataclasses import dataclass

from .decoder import DecoderConfig, Shapes

__all__ = ["GEMMA3_PRESETS", "Gemma3Config"]


@dataclass(frozen=True, kw_only=True)
class Gemma3Config(DecoderConfig):
    """The shape of a Gemma 3. Kamath et al. 2025 (arXiv:2503.19786), section 2.

    Attributes
    ----------
    rope_theta
        Rotary positions of the layers that see the whole text.
    local_rope_theta
        Of those that see a window.
    window_size
        How many latest tokens a local layer sees.
    global_every
        Every so many layers, one sees the whole text.
    query_scale
        Scores are divided by the root of this; 0 = of head_dim.
    score_cap
        Scores are bent below this by a tanh, as in Gemma 2; 0 = not at all.
    logit_cap
        The same for the logits.
    """

    kind: str = "gemma3"
    vocab_size: int = 262144
    context_length: int = 32768
    d_model: int = 640
    n_heads: int = 4
    n_kv_heads: int = 1
    head_dim: int = 256
    d_hidden: int = 2048
    n_layers: int = 18
    rope_theta: float = 1000000.0
    local_rope_theta: float = 10000.0
    window_size: int = 512
    global_every: int = 6
    query_scale: float = 0.0
    score_cap: float = 0.0
    logit_cap: float = 0.0

    def window(self, layer: int) -> int | None:
        return None if (layer + 1) % self.global_every == 0 else self.window_size

    def block_shapes(self, layer: int) -> Shapes:
        return {**self.norm_shapes("norm1"), **self.attention_shapes(),
                **self.norm_shapes("post_norm1"), **self.norm_shapes("norm2"),
                **self.feed_forward_shapes(), **self.norm_shapes("post_norm2")}

    def attention_shapes(self) -> Shapes:
        return {**super().attention_shapes(), "attention.q_norm.offset": (self.head_dim,),
                "attention.k_norm.offset": (self.head_dim,)}

    def norm_shapes(self, name: str) -> Shapes:
        return {f"{name}.offset": (self.d_model,)}


GEMMA3_PRESETS = {
    "gemma-3-270m": Gemma3Config(query_scale=256.0),
    "gemma-3-1b": Gemma3Config(d_model=1152, d_hidden=6912, n_layers=26, query_scale=256.0),
}
