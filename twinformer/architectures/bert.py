"""What a BERT is made of, in numbers; published sizes are presets.

Shapes: V = vocabulary, D = model width, T = positions, H = heads, F = feed-forward width.
"""
import math
from dataclasses import dataclass

from ..checks import ACTIVATIONS, check_choice

__all__ = ["BERT_PRESETS", "BertConfig", "bert_preset"]


@dataclass(frozen=True, kw_only=True)
class BertConfig:
    """The shape of a BERT model. Devlin et al. 2018 (arXiv:1810.04805), section 3.

    Attributes
    ----------
    kind
        Which architecture it is.
    vocab_size
        Tokens the model can read and write (V).
    context_length
        The most positions it can look at (T).
    d_model
        Width of the vectors between the blocks (D).
    n_heads
        Attention heads in each block (H); must divide d_model.
    n_layers
        Transformer blocks.
    d_hidden
        Width inside the feed-forwards (F).
    n_segments
        Kinds of text that it can tell apart: the first and the second of a pair.
    dropout
        Share of activations left out while training.
    attention_dropout
        Share of the attention weights left out while training.
    activation : {"relu", "gelu", "gelu_exact", "silu"}
        What bends in the feed-forwards and the head. transformers calls the exact GELU "gelu",
        and "gelu_new" what is "gelu" here, as in GPT-2.
    norm_epsilon
        What the norms add to a variance.
    """

    kind: str = "bert"
    vocab_size: int = 30522
    context_length: int = 512
    d_model: int = 768
    n_heads: int = 12
    n_layers: int = 12
    d_hidden: int = 3072
    n_segments: int = 2
    dropout: float = 0.1
    attention_dropout: float = 0.1
    activation: str = "gelu_exact"
    norm_epsilon: float = 1e-12

    def __post_init__(self):
        for name in ("vocab_size", "context_length", "d_model", "n_heads", "n_layers", "d_hidden",
                     "n_segments"):
            if getattr(self, name) < 1:
                raise ValueError(f"model.{name} must be at least 1, got {getattr(self, name)}")
        if self.d_model % self.n_heads:
            raise ValueError(
                f"every head takes an equal share of the width: model.n_heads ({self.n_heads}) "
                f"does not divide model.d_model ({self.d_model})")
        for name in ("dropout", "attention_dropout"):
            if not 0 <= getattr(self, name) < 1:
                raise ValueError(f"model.{name} is the share left out: expected a number in "
                                 f"[0, 1), got {getattr(self, name)}")
        check_choice("model.activation", self.activation, ACTIVATIONS)
        if not self.norm_epsilon > 0:
            raise ValueError(f"model.norm_epsilon keeps a variance of 0 from being divided by: "
                             f"expected a number above 0, got {self.norm_epsilon}")

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """The name and shape of every parameter, in the order of the model.

        The weight of the head's decoder is the token embedding, and counts once.
        """
        V, T, D, F = self.vocab_size, self.context_length, self.d_model, self.d_hidden
        shapes: dict[str, tuple[int, ...]] = {
            "token_embedding.weight": (V, D), "segment_embedding.weight": (self.n_segments, D),
            "position_embedding.weight": (T, D), **norm("embedding_norm", D)}
        for layer in range(self.n_layers):
            block = f"blocks.{layer}."
            shapes |= (linear(block + "attention.qkv", D, 3 * D)
                       | linear(block + "attention.out", D, D) | norm(block + "norm1", D)
                       | linear(block + "feed_forward.up", D, F)
                       | linear(block + "feed_forward.down", F, D) | norm(block + "norm2", D))
        return (shapes | linear("pooler.dense", D, D) | linear("head.transform", D, D)
                | norm("head.norm", D) | {"head.decoder.bias": (V,)}
                | linear("next_sentence_head", D, 2))

    def parameter_count(self, heads: bool = True) -> int:
        """Trainable numbers: of the model that is pretrained, or without its two heads.

        What is published of BERT's sizes is without them, but with the pooler.
        """
        return sum(math.prod(shape) for name, shape in self.parameter_shapes().items()
                   if heads or not name.startswith(("head.", "next_sentence_head.")))

    def flops_per_token(self, length: int) -> float:
        """Forward and backward floating-point operations for one token.

        6 for each weight that multiplies (2 forward, 4 backward), and 12 L D T for attention's
        two products over all `length` positions. Chowdhery et al. 2022 (arXiv:2204.02311),
        appendix B.
        """
        V, D, F, L = self.vocab_size, self.d_model, self.d_hidden, self.n_layers
        products = L * (4 * D * D + 2 * D * F) + D * D + V * D
        return 6 * products + 12 * L * D * length


def linear(name: str, d_in: int, d_out: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (d_out, d_in), f"{name}.bias": (d_out,)}


def norm(name: str, D: int) -> dict[str, tuple[int, ...]]:
    return {f"{name}.weight": (D,), f"{name}.bias": (D,)}


BERT_PRESETS = {
    "bert-tiny": BertConfig(d_model=128, n_heads=2, n_layers=2, d_hidden=512),
    "bert-base-uncased": BertConfig(),
    "bert-large-uncased": BertConfig(d_model=1024, n_heads=16, n_layers=24, d_hidden=4096),
}


def bert_preset(name: str) -> BertConfig:
    """The published size of that name; the tiny one is of Turc et al. 2019 (arXiv:1908.08962).

    Raises
    ------
    ValueError
        If there is none; the message lists those there are.
    """
    if name not in BERT_PRESETS:
        raise ValueError(f"no preset is called {name!r}: choose one of {', '.join(BERT_PRESETS)}")
    return BERT_PRESETS[name]
