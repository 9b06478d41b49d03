"""The masked-language-model head: from the vector of a position to a score for
each token that may stand there.

GPT-2's head is one Linear. BERT's takes one more step before it, a small
network that turns a vector about the context into one about a token.

Shapes: ... = any leading axes (batch, position), D = model width,
V = vocabulary.
"""
from typing import Any, NamedTuple

from twinformer.checks import check_activation
from twinformer.models.context import EMPTY

from .activations import named_activation
from .linear import Linear
from .module import Module
from .norm import LayerNorm

__all__ = ["MaskedLanguageHead"]


class MaskedLanguageHead(Module):
    """logits = decoder(norm(bend(transform(x))))

    Devlin et al. 2018 (arXiv:1810.04805), section 3.1, task 1; the layers are
    of their code. In BERT the decoder's weight is the token embedding, and
    its bias, one number a token, its own.

    Raises
    ------
    ValueError
        If there is no such activation.
    """

    def __init__(self, d_model: int, vocab_size: int,
                 activation: str = "gelu_exact", eps: float = 1e-12,
                 seed: int | None = 0):
        super().__init__()
        check_activation(activation)
        self.activation = activation
        self.transform = Linear(d_model, d_model, seed=None)
        self.norm = LayerNorm(d_model, eps)
        self.decoder = Linear(d_model, vocab_size, seed=None)
        self.reset_parameters(seed)

    def extra_repr(self):
        return f"activation={self.activation}"

    def forward(self, x, context=EMPTY):
        """x (..., D) -> logits (..., V), cache"""
        bend, _ = named_activation(self.activation)
        h, transform_cache = self.transform.forward(x, context)  # (..., D)
        a = bend(h)                                        # (..., D)
        a, norm_cache = self.norm.forward(a)               # (..., D)
        logits, decoder_cache = self.decoder.forward(a, context)
        return logits, Cache(transform_cache, h, norm_cache, decoder_cache)

    def backward(self, dlogits, cache):
        """dlogits (..., V) -> dx (..., D): the four steps, back to front

        A position whose target does not count has dlogits = 0, and so dx = 0:
        it learns from here only what others take from it.
        """
        _, bend_backward = named_activation(self.activation)
        da = self.decoder.backward(dlogits, cache.decoder)  # (..., D)
        da = self.norm.backward(da, cache.norm)            # (..., D)
        dh = bend_backward(da, cache.h)                    # (..., D)
        return self.transform.backward(dh, cache.transform)


class Cache(NamedTuple):
    """What each of the four steps of forward keeps."""
    transform: Any
    h: Any
    norm: Any
    decoder: Any
