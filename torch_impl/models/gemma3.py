"""Gemma 3: most layers see a window of the text only, and every sixth sees all
of it, so that long texts cost little memory; norms before and behind each
part, so that no part drowns the others.

Shapes: see decoder.py.
"""
import math

from twinformer.architectures.gemma3 import Gemma3Config

from ..layers.decoder_block import DecoderBlock
from ..layers.embedding import ScaledEmbedding
from ..layers.gated_feed_forward import GeGLU
from ..layers.grouped_query_attention import GroupedQueryAttention
from ..layers.rms_norm import UnitOffsetRMSNorm
from ..layers.rotary import Rotary
from .decoder import Decoder

__all__ = ["Gemma3Model"]


class Gemma3Model(Decoder):
    """Kamath et al. 2025 (arXiv:2503.19786), section 2; the norms behind:
    Gemma 2 (arXiv:2408.00118), section 2.

    Its first weights are drawn from the seed; None leaves them at 0, for
    weights that come from elsewhere.
    """

    def __init__(self, config: Gemma3Config, seed: int | None = 0):
        c = config
        far = Rotary.plain(c.head_dim, c.rope_theta)
        near = Rotary.plain(c.head_dim, c.local_rope_theta)

        def norm(dim=c.d_model):
            return UnitOffsetRMSNorm(dim, c.norm_eps)

        def attention(window):
            return GroupedQueryAttention(
                c.d_model, c.n_heads, c.n_kv_heads, c.head_dim,
                near if window else far,
                q_norm=norm(c.head_dim), k_norm=norm(c.head_dim),
                window=window,
                scale=1 / math.sqrt(c.query_scale or c.head_dim),
                softcap=c.score_cap or None, seed=None)

        def block(layer):
            return DecoderBlock(
                attention(c.window(layer)),
                GeGLU(c.d_model, c.d_hidden, seed=None),
                norm1=norm(), norm2=norm(),
                post_norm1=norm(), post_norm2=norm())

        super().__init__(
            c, [block(layer) for layer in range(c.n_layers)], norm(),
            embedding=ScaledEmbedding(
                c.vocab_size, c.d_model, math.sqrt(c.d_model), seed=None),
            logit_cap=c.logit_cap or None, seed=seed)
