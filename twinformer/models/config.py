"""What a GPT-2 is made of, in numbers; the four published sizes are presets.

Shapes: V = vocabulary, D = model width, T = positions, H = heads.
"""
from dataclasses import dataclass

__all__ = ["GPT2Config", "PRESETS", "preset"]


@dataclass(frozen=True, kw_only=True)
class GPT2Config:
    """The shape of a GPT-2 model. Radford et al. 2019, table 2.

    Attributes
    ----------
    kind
        Which architecture it is.
    vocab_size
        Tokens the model can read and write (V).
    context_length
        The most positions it can look at.
    d_model
        Width of the vectors between the blocks (D).
    n_heads
        Attention heads in each block (H); must divide d_model.
    n_layers
        Transformer blocks.
    dropout
        Share of activations left out while training.
    qkv_bias
        Whether queries, keys and values have an offset.
    tie_embeddings
        Whether the output layer is the token embedding itself.
    """

    kind: str = "gpt2"
    vocab_size: int = 50257
    context_length: int = 1024
    d_model: int = 768
    n_heads: int = 12
    n_layers: int = 12
    dropout: float = 0.1
    qkv_bias: bool = True
    tie_embeddings: bool = True

    def __post_init__(self):
        for name in ("vocab_size", "context_length", "d_model", "n_heads",
                     "n_layers"):
            if getattr(self, name) < 1:
                raise ValueError(f"model.{name} must be at least 1, "
                                 f"got {getattr(self, name)}")
        if self.d_model % self.n_heads:
            raise ValueError(
                f"every head takes an equal share of the width: model.n_heads "
                f"({self.n_heads}) does not divide model.d_model "
                f"({self.d_model}); try {self.fitting_heads()} heads")
        if not 0 <= self.dropout < 1:
            raise ValueError(f"model.dropout is the share left out: expected "
                             f"a number in [0, 1), got {self.dropout}")

    def fitting_heads(self) -> int:
        """The number of heads next to n_heads that divides d_model."""
        divisors = [n for n in range(1, self.d_model + 1)
                    if self.d_model % n == 0]
        return min(divisors, key=lambda n: abs(n - self.n_heads))

    def parameter_shapes(self) -> dict[str, tuple[int, ...]]:
        """The name and shape of every parameter, in the order of the model."""
        V, T, D = self.vocab_size, self.context_length, self.d_model
        shapes: dict[str, tuple[int, ...]] = {
            "token_embedding.weight": (V, D),
            "position_embedding.weight": (T, D)}
        for layer in range(self.n_layers):
            block = f"blocks.{layer}."
            shapes |= {block + "norm1.weight": (D,),
                       block + "norm1.bias": (D,),
                       block + "attention.qkv.weight": (3 * D, D)}
            if self.qkv_bias:
                shapes |= {block + "attention.qkv.bias": (3 * D,)}
            shapes |= {block + "attention.out.weight": (D, D),
                       block + "attention.out.bias": (D,),
                       block + "norm2.weight": (D,),
                       block + "norm2.bias": (D,),
                       block + "feed_forward.up.weight": (4 * D, D),
                       block + "feed_forward.up.bias": (4 * D,),
                       block + "feed_forward.down.weight": (D, 4 * D),
                       block + "feed_forward.down.bias": (D,)}
        shapes |= {"final_norm.weight": (D,), "final_norm.bias": (D,)}
        if not self.tie_embeddings:
            shapes |= {"head.weight": (V, D)}
        return shapes

    def parameter_count(self) -> int:
        """Trainable numbers; a tied output layer counts once."""
        V, T, D = self.vocab_size, self.context_length, self.d_model
        qkv = 3 * D * D + 3 * D * self.qkv_bias
        out = D * D + D
        feed_forward = 4 * D * D + 4 * D + 4 * D * D + D
        block = qkv + out + feed_forward + 2 * 2 * D
        head = 0 if self.tie_embeddings else V * D
        return V * D + T * D + self.n_layers * block + 2 * D + head

    def flops_per_token(self, length: int) -> float:
        """Forward and backward floating-point operations for one token.

        6 for each weight that multiplies (2 forward, 4 backward), and 12 L D T
        for attention's two products over `length` positions, of which a causal
        model needs half. PaLM, Chowdhery et al. 2022 (arXiv:2204.02311),
        appendix B, there without the half.
        """
        D, L = self.d_model, self.n_layers
        products = L * 12 * D * D + self.vocab_size * D
        return 6 * products + 12 * L * D * length / 2


PRESETS = {
    "gpt2": GPT2Config(),
    "gpt2-medium": GPT2Config(d_model=1024, n_heads=16, n_layers=24),
    "gpt2-large": GPT2Config(d_model=1280, n_heads=20, n_layers=36),
    "gpt2-xl": GPT2Config(d_model=1600, n_heads=25, n_layers=48),
}


def preset(name: str) -> GPT2Config:
    """The published size of that name.

    Raises
    ------
    ValueError
        If there is none; the message lists those there are.
    """
    if name not in PRESETS:
        raise ValueError(f"no preset is called {name!r}: choose one of "
                         f"{', '.join(PRESETS)}")
    return PRESETS[name]
