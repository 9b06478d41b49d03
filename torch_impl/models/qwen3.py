"""Qwen3: Llama with a norm on every head's queries and keys, so that no score
grows out of bounds, and with heads that are wider than D / H.

Shapes: see decoder.py; H query heads.
"""
from twinformer.architectures.qwen3 import Qwen3Config

from ..layers.decoder_block import DecoderBlock
from ..layers.gated_feed_forward import SwiGLU
from ..layers.grouped_query_attention import GroupedQueryAttention
from ..layers.rms_norm import RMSNorm
from ..layers.rotary import Rotary
from .decoder import Decoder

__all__ = ["Qwen3Model"]


class Qwen3Model(Decoder):
    """Yang et al. 2025 (arXiv:2505.09388), section 2.

    Its first weights are drawn from the seed; None leaves them at 0, for
    weights that come from elsewhere.
    """

    def __init__(self, config: Qwen3Config, seed: int | None = 0):
        c = config
        rotary = Rotary.plain(c.head_dim, c.rope_theta)

        def norm(dim=c.d_model):
            return RMSNorm(dim, c.norm_eps)

        def attention():
            return GroupedQueryAttention(
                c.d_model, c.n_heads, c.n_kv_heads, c.head_dim, rotary,
                q_norm=norm(c.head_dim), k_norm=norm(c.head_dim), seed=None)

        def block():
            return DecoderBlock(
                attention(), SwiGLU(c.d_model, c.d_hidden, seed=None),
                norm1=norm(), norm2=norm())

        super().__init__(
            c, [block() for _ in range(c.n_layers)], norm(), seed=seed)
