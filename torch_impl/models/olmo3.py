"""Olmo 3: norms only behind attention and feed-forward, on what they add to
the stream; one norm for the queries of all heads, and one for their keys;
windows in three layers of four.

Shapes: see decoder.py.
"""
from twinformer.architectures.olmo3 import Olmo3Config

from ..layers.decoder_block import DecoderBlock
from ..layers.gated_feed_forward import SwiGLU
from ..layers.grouped_query_attention import GroupedQueryAttention
from ..layers.rms_norm import RMSNorm
from ..layers.rotary import Rotary
from .decoder import Decoder

__all__ = ["Olmo3Model"]


class Olmo3Model(Decoder):
    """Olmo team 2025 (arXiv:2512.13961); the norms: OLMo team 2025
    (arXiv:2501.00656), eq. 1 and 2.

    Its first weights are drawn from the seed; None leaves them at 0, for
    weights that come from elsewhere.
    """

    def __init__(self, config: Olmo3Config, seed: int | None = 0):
        c = config
        near = Rotary.plain(c.head_dim, c.rope_theta)
        far = Rotary.yarn(c.head_dim, c.rope_theta, c.yarn_factor,
                          c.yarn_original_length)

        def norm(dim=c.d_model):
            return RMSNorm(dim, c.norm_eps)

        def attention(window):
            return GroupedQueryAttention(
                c.d_model, c.n_heads, c.n_kv_heads, c.head_dim,
                near if window else far,
                q_norm=norm(c.n_heads * c.head_dim),
                k_norm=norm(c.n_kv_heads * c.head_dim),
                window=window, seed=None)

        def block(layer):
            return DecoderBlock(
                attention(c.window(layer)),
                SwiGLU(c.d_model, c.d_hidden, seed=None),
                post_norm1=norm(), post_norm2=norm())

        super().__init__(
            c, [block(layer) for layer in range(c.n_layers)], norm(),
            seed=seed)
