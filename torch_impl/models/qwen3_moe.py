"""Qwen3 with experts: in every block, a router sends each token to a few of
many small feed-forwards. The model knows what all of them know, and a token
costs what the few cost.

Shapes: see decoder.py.
"""
from functools import partial

from twinformer.architectures.qwen3 import Qwen3MoEConfig

from ..layers.decoder_block import DecoderBlock
from ..layers.gated_feed_forward import SwiGLU
from ..layers.grouped_query_attention import GroupedQueryAttention
from ..layers.linear import Linear
from ..layers.mixture_of_experts import MixtureOfExperts
from ..layers.module import ModuleList
from ..layers.rms_norm import RMSNorm
from ..layers.rotary import Rotary
from ..layers.router import softmax_then_top_k
from .decoder import Decoder

__all__ = ["Qwen3MoEModel"]


class Qwen3MoEModel(Decoder):
    """Yang et al. 2025 (arXiv:2505.09388), section 2.

    Its first weights are drawn from the seed; None leaves them at 0, for
    weights that come from elsewhere.
    """

    def __init__(self, config: Qwen3MoEConfig, seed: int | None = 0):
        c = config
        rotary = Rotary.plain(c.head_dim, c.rope_theta)

        def norm(dim=c.d_model):
            return RMSNorm(dim, c.norm_eps)

        def attention():
            return GroupedQueryAttention(
                c.d_model, c.n_heads, c.n_kv_heads, c.head_dim, rotary,
                q_norm=norm(c.head_dim), k_norm=norm(c.head_dim), seed=None)

        def experts():
            return ModuleList(SwiGLU(c.d_model, c.d_hidden, seed=None)
                              for _ in range(c.n_experts))

        def block():
            return DecoderBlock(
                attention(), MixtureOfExperts(
                    Linear(c.d_model, c.n_experts, bias=False, seed=None),
                    experts(), partial(
                        softmax_then_top_k, top_k=c.n_active,
                        renormalise=c.renormalise)),
                norm1=norm(), norm2=norm())

        super().__init__(
            c, [block() for _ in range(c.n_layers)], norm(), seed=seed)
