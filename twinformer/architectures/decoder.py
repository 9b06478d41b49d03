"""What the decoders after GPT-2 have in common, in numbers.

Shapes: V = vocabulary, D = model width, H = query heads, G = key/value heads, K = head width,
F = feed-forward width.
"""
import math
from dataclasses import dataclass

__all__ = ["DecoderConfig", "Shapes"]

Shapes = dict[str, tuple[int, ...]]


@dataclass(frozen=True, kw_only=True)
class DecoderConfig:
    """The shape of a decoder with rotary positions and RMS norms.

    Attributes
    ----------
    kind
        Which architecture it is.
    vocab_size
        Tokens the model can read and write (V).
    context_length
        The length of text it was, or is to be, trained on.
    d_model
        Width of the vectors between the blocks (D).
    n_heads
        Query heads in each block (H).
    n_kv_heads
        Key/value heads (G), each of which serves H / G query heads.
    head_dim
        Width of a head (K); H K need not be D.
    d_hidden
        Width inside the feed-forward (F).
    n_layers
        Transformer blocks.
    rope_theta
        Rotary positions: the slowest pair of features turns once in about this many tokens.
    norm_eps
        What the norms add to the mean square.
    tie_embeddings
        Whether the output layer is the token embedding itself.
    """

    kind: str = ""
    vocab_size: int
    context_length: int
    d_model: int
    n_heads: int
    n_kv_heads: int
    head_dim: int
    d_hidden: int
    n_layers: int
    rope_theta: float = 10000.0
    norm_eps: float = 1e-6
    tie_embeddings: bool = True

    def __post_init__(self):
        own = type(self).__dataclass_fields__["kind"].default
        if self.kind != own:
            raise ValueError(f"model.kind of a {type(self).__name__} is {own}, got {self.kind!r}")
        for name in ("vocab_size", "context_length", "d_model", "n_heads", "n_kv_heads",
                     "head_dim", "d_hidden", "n_layers"):
            if getattr(self, name) < 1:
                raise ValueError(f"model.{name} must be at least 1, got {getattr(self, name)}")
        if self.n_heads % self.n_kv_heads:
            raise ValueError(
                f"every key/value head serves equally many query heads: model.n_kv_heads "
                f"({self.n_kv_heads}) does not divide model.n_heads ({self.n_heads})")
        if self.head_dim % 2:
            raise ValueError(f"rotary positions turn features in pairs: model.head_dim must be "
                             f"even, got {self.head_dim}")

    # -- what differs from layer to layer -----------------------------------

    def window(self, layer: int) -> int | None:
        """How many latest tokens a layer's attention sees; None = all."""
        return None

    # -- its parameters ------------------------------------------------------

    def parameter_shapes(self) -> Shapes:
        """The name and shape of every parameter, in the order of the model."""
        shapes: Shapes = {"token_embedding.weight": (self.vocab_size, self.d_model)}
        for layer in range(self.n_layers):
            shapes |= {f"blocks.{layer}.{name}": shape
                       for name, shape in self.block_shapes(layer).items()}
        shapes |= self.norm_shapes("final_norm")
        if not self.tie_embeddings:
            shapes |= {"head.weight": (self.vocab_size, self.d_model)}
        return shapes

    def block_shapes(self, layer: int) -> Shapes:
        """Of one block: attention, feed-forward, and the norm before each."""
        return {**self.norm_shapes("norm1"), **self.attention_shapes(),
                **self.norm_shapes("norm2"), **self.feed_forward_shapes()}

    def attention_shapes(self) -> Shapes:
        D, H, G, K = self.d_model, self.n_heads, self.n_kv_heads, self.head_dim
        return {"attention.q.weight": (H * K, D), "attention.k.weight": (G * K, D),
                "attention.v.weight": (G * K, D), "attention.out.weight": (D, H * K)}

    def feed_forward_shapes(self) -> Shapes:
        D, F = self.d_model, self.d_hidden
        return {"feed_forward.gate.weight": (F, D), "feed_forward.up.weight": (F, D),
                "feed_forward.down.weight": (D, F)}

    def norm_shapes(self, name: str) -> Shapes:
        return {f"{name}.weight": (self.d_model,)}

    # -- what it costs -------------------------------------------------------

    def parameter_count(self) -> int:
        """Trainable numbers; a tied output layer counts once."""
        return sum(map(math.prod, self.parameter_shapes().values()))

    def active_parameter_count(self) -> int:
        """Those that work on one token: of a mixture, the experts it meets."""
        return self.parameter_count()

    def flops_per_token(self, length: int) -> float:
        """Forward and backward floating-point operations for one token.

        6 for each weight that multiplies (2 forward, 4 backward), and 12 H K for each token that
        attention looks at: half of `length` on average, or less in a window. Chowdhery et al.
        2022 (arXiv:2204.02311), appendix B.
        """
        table = self.vocab_size * self.d_model  # looked up, or the tied head
        products = self.active_parameter_count() - (0 if self.tie_embeddings else table)
        seen = sum(min(length / 2, self.window(layer) or length)
                   for layer in range(self.n_layers))
        return 6 * products + 12 * self.n_heads * self.head_dim * seen
