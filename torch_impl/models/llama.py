"""Llama: GPT-2 with four of its parts replaced. Rotary positions for learned
ones, RMS norms for LayerNorm, gated feed-forwards, and key/value heads that
several query heads share. No offsets, no dropout.

Shapes: see decoder.py.
"""
from twinformer.architectures.llama import LlamaConfig

from ..layers.decoder_block import DecoderBlock
from ..layers.gated_feed_forward import SwiGLU
from ..layers.grouped_query_attention import GroupedQueryAttention
from ..layers.rms_norm import RMSNorm
from ..layers.rotary import Rotary
from ..layers.rotary_frequencies import (
    llama3_frequencies, rotary_frequencies,
)
from .decoder import Decoder

__all__ = ["LlamaModel"]


class LlamaModel(Decoder):
    """Touvron et al. 2023 (arXiv:2302.13971), section 2.2; Llama 3.1 and 3.2:
    Grattafiori et al. 2024 (arXiv:2407.21783), section 3.2.

    Its first weights are drawn from the seed; None leaves them at 0, for
    weights that come from elsewhere.
    """

    def __init__(self, config: LlamaConfig, seed: int | None = 0):
        c = config
        rotary = Rotary(scaled_frequencies(c), c.rope_interleaved)

        def norm(dim=c.d_model):
            return RMSNorm(dim, c.norm_eps)

        def attention():
            return GroupedQueryAttention(
                c.d_model, c.n_heads, c.n_kv_heads, c.head_dim, rotary,
                seed=None)

        def block():
            return DecoderBlock(
                attention(), SwiGLU(c.d_model, c.d_hidden, seed=None),
                norm1=norm(), norm2=norm())

        super().__init__(
            c, [block() for _ in range(c.n_layers)], norm(), seed=seed)


def scaled_frequencies(config):
    """(K/2,) rotary frequencies, the slow ones slower for longer texts"""
    c = config
    frequencies = rotary_frequencies(c.head_dim, c.rope_theta)
    if c.rope_factor == 1:
        return frequencies
    return llama3_frequencies(
        frequencies, c.rope_factor, c.rope_low_factor, c.rope_high_factor,
        c.rope_original_length)
