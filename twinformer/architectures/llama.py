"""Llama in numbers: Llama 3.2, and Llama 2 as llama2.c trains it."""
from dataclasses import dataclass, replace

from .decoder import DecoderConfig

__all__ = ["LLAMA_PRESETS", "LlamaConfig"]


@dataclass(frozen=True, kw_only=True)
class LlamaConfig(DecoderConfig):
    """The shape of a Llama. Touvron et al. 2023 (arXiv:2302.13971); Grattafiori et al. 2024
    (arXiv:2407.21783).

    Attributes
    ----------
    rope_interleaved
        Whether the pairs that rotary positions turn are neighbours, as in Meta's own files and in
        llama2.c; Hugging Face's have each half a head apart.
    rope_factor
        By how much slow pairs are slowed down, for texts longer than rope_original_length; 1 =
        not at all. Llama 3.1 has 8, Llama 3.2 has 32.
    rope_low_factor
        A pair that turns at most so often within rope_original_length is slow,
    rope_high_factor
        and one that turns at least so often is fast, and stays as it is.
    rope_original_length
        The context length before it was extended.
    """

    kind: str = "llama"
    vocab_size: int = 128256
    context_length: int = 131072
    d_model: int = 2048
    n_heads: int = 32
    n_kv_heads: int = 8
    head_dim: int = 64
    d_hidden: int = 8192
    n_layers: int = 16
    rope_theta: float = 500000.0
    norm_eps: float = 1e-5
    rope_interleaved: bool = False
    rope_factor: float = 1.0
    rope_low_factor: float = 1.0
    rope_high_factor: float = 4.0
    rope_original_length: int = 8192


LLAMA_3_2 = LlamaConfig(rope_factor=32.0)

LLAMA_PRESETS = {
    "llama-3.2-1b": LLAMA_3_2,
    "llama-3.2-3b": replace(LLAMA_3_2, d_model=3072, n_heads=24, head_dim=128, n_layers=28),
    "stories260k": LlamaConfig(
        vocab_size=512, context_length=512, d_model=64, n_heads=8, n_kv_heads=4, head_dim=8,
        d_hidden=172, n_layers=5, rope_theta=10000.0, rope_interleaved=True),
}
