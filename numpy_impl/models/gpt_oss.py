"""gpt-oss: experts, windows in every other layer, offsets everywhere. In each
head there is the learned score of a key that is not there, so that a query
that finds nothing may look at nothing.

Shapes: see decoder.py.
"""
from functools import partial

from twinformer.architectures.gpt_oss import GptOssConfig

from ..layers.decoder_block import DecoderBlock
from ..layers.gated_feed_forward import ClampedSwiGLU
from ..layers.grouped_query_attention import GroupedQueryAttention
from ..layers.linear import Linear
from ..layers.mixture_of_experts import MixtureOfExperts
from ..layers.module import ModuleList
from ..layers.rms_norm import RMSNorm
from ..layers.rotary import Rotary
from ..layers.router import top_k_then_softmax
from .decoder import Decoder

__all__ = ["GptOssModel"]


class GptOssModel(Decoder):
    """OpenAI 2025 (arXiv:2508.10925), section 2.

    Its first weights are drawn from the seed; None leaves them at 0, for
    weights that come from elsewhere.
    """

    def __init__(self, config: GptOssConfig, seed: int | None = 0):
        c = config
        rotary = Rotary.yarn(c.head_dim, c.rope_theta, c.yarn_factor,
                             c.yarn_original_length, truncate=False)

        def norm(dim=c.d_model):
            return RMSNorm(dim, c.norm_eps)

        def attention(window):
            return GroupedQueryAttention(
                c.d_model, c.n_heads, c.n_kv_heads, c.head_dim, rotary,
                bias=True, window=window, sinks=True, seed=None)

        def experts():
            return ModuleList(
                ClampedSwiGLU(c.d_model, c.d_hidden, bias=True, seed=None)
                for _ in range(c.n_experts))

        def block(layer):
            return DecoderBlock(
                attention(c.window(layer)), MixtureOfExperts(
                    Linear(c.d_model, c.n_experts, seed=None), experts(),
                    partial(top_k_then_softmax, top_k=c.n_active)),
                norm1=norm(), norm2=norm())

        super().__init__(
            c, [block(layer) for layer in range(c.n_layers)], norm(),
            seed=seed)
