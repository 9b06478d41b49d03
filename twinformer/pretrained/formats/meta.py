"""Llama as Meta publishes it, in a folder of its own:

    consolidated.00.pth   the weights, pickled by PyTorch; large models in several such files
    params.json           their sizes, but not the length of text nor the width of the feed-forward

Pairs of rotary features lie beside each other. Which models were stretched to longer texts
params.json says; by how much it does not, and it is a matter of the release: 8 in Llama 3.1, 32 in
Llama 3.2.
"""
from pathlib import Path
from typing import Any

from ...architectures.llama import LLAMA_PRESETS, LlamaConfig
from .format import NONE
from .llama import LlamaFormat, rows
from .place import Arrays, Place
from .settings import Settings

__all__ = ["META_FILE", "MetaFormat"]

META_FILE = "consolidated.00.pth"
OUTER = {"token_embedding": "tok_embeddings", "final_norm": "norm", "head": "output"}
INNER = {"attention.q": "attention.wq", "attention.k": "attention.wk",
         "attention.v": "attention.wv", "attention.out": "attention.wo",
         "feed_forward.gate": "feed_forward.w1", "feed_forward.up": "feed_forward.w3",
         "feed_forward.down": "feed_forward.w2", "norm1": "attention_norm", "norm2": "ffn_norm"}


class MetaFormat(LlamaFormat):
    """Read only."""

    repositories = NONE

    def beside(self, path: Path) -> None:
        """Nothing that is Hugging Face's is about this file."""

    def alone(self, path: Path, tensors: Arrays) -> LlamaConfig:
        """From the params.json beside it."""
        if path.with_name("consolidated.01.pth").exists():
            raise ValueError(f"{path} is one of several files, each of which has a part of every "
                             "matrix, and they are not put together here; the same model in the "
                             "form of Hugging Face can be read")
        beside = path.with_name("params.json")
        if not beside.is_file():
            raise ValueError(f"{path} needs the params.json that Meta has beside it")
        settings = Settings.read(beside)
        for name in ("vision_chunk_size", "moe_args", "lora_args", "quantization_args"):
            settings.only(name, None)
        heads = settings.whole("n_heads")
        width = settings.whole("dim")
        try:
            vocab_size, _ = tensors["tok_embeddings.weight"].shape
            d_hidden, _ = tensors["layers.0.feed_forward.w1.weight"].shape
        except (KeyError, ValueError):
            raise ValueError(f"{path} holds no Llama of Meta's: it lacks tok_embeddings.weight "
                             "or layers.0.feed_forward.w1.weight") from None
        theta = settings.number("rope_theta", 10000.0)
        stretched = settings.flag("use_scaled_rope", False)
        return LlamaConfig(
            vocab_size=vocab_size, d_model=width, d_hidden=d_hidden, n_heads=heads,
            n_kv_heads=settings.whole("n_kv_heads", heads),
            head_dim=settings.whole("head_dim", width // heads),
            n_layers=settings.whole("n_layers"), norm_eps=settings.number("norm_eps", 1e-5),
            rope_theta=theta, rope_interleaved=True,
            context_length=131072 if stretched else 8192 if theta >= 500000 else 4096,
            rope_factor=settings.number("rope_scaling_factor", release_factor(width))
            if stretched else 1.0)

    def plain(self, tensors: Arrays) -> Arrays:
        return {name: tensor for name, tensor in tensors.items() if name != "rope.freqs"}

    def place(self, name: str, config: LlamaConfig) -> Place:
        return Place(self.tensor(name), rows(name, config, interleaved=True))

    def tensor(self, name: str) -> str:
        stem, leaf = name.rsplit(".", 1)
        if stem in OUTER:
            return f"{OUTER[stem]}.{leaf}"
        _, layer, stem = stem.split(".", 2)
        return f"layers.{layer}.{INNER[stem]}.{leaf}"


def release_factor(width: int) -> float:
    """By how much the model of this width was stretched: Llama 3.2's are the small ones"""
    small: dict[int, Any] = {config.d_model: config.rope_factor
                             for config in LLAMA_PRESETS.values() if config.rope_factor > 1}
    return small.get(width, 8.0)
