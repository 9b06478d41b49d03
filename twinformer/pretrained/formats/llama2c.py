"""Llama as llama2.c has it, and trains small ones: one file of float32 numbers.

    7 int32   D, F, layers, H, G, V (negative where the output layer is one of its own), T
    the rest  each kind of weight, of all layers together; then tables of waves, which are computed

Pairs of rotary features lie beside each other, theta is 10000. Karpathy, llama2.c, run.c.

Shapes: L layers, D model width, F feed-forward width, H and G heads, K = D / H, V vocabulary, T
positions.
"""
import math
from pathlib import Path

import numpy as np

from ...architectures.llama import LlamaConfig
from .llama import LlamaFormat, rows
from .place import Arrays, Place, Shapes

__all__ = ["Llama2CFormat", "is_llama2c", "read_llama2c"]

HEADER = np.dtype("<i4"), 7
REPOSITORIES = {"stories260k": "karpathy/tinyllamas"}
NEW = 0x616B3432        # "ak42", with which later versions of the file begin
NAMES = {"token_embedding.weight": "token_embedding_table", "head.weight": "wcls",
         "final_norm.weight": "rms_final_weight", "norm1.weight": "rms_att_weight",
         "norm2.weight": "rms_ffn_weight",
         "attention.q.weight": "wq", "attention.k.weight": "wk", "attention.v.weight": "wv",
         "attention.out.weight": "wo", "feed_forward.gate.weight": "w1",
         "feed_forward.down.weight": "w2", "feed_forward.up.weight": "w3"}


def is_llama2c(path: Path) -> bool:
    """Whether a .bin is one of these: PyTorch's pickles have the same ending."""
    header = np.fromfile(path, *HEADER)
    if len(header) < HEADER[1]:
        return False
    if header[0] == NEW:
        return True
    if header[5] == 0 or (header[[0, 1, 2, 3, 4, 6]] < 1).any() or header[0] % header[3]:
        return False
    size = header.nbytes + 4 * sum(map(math.prod, layout(header).values()))
    return path.stat().st_size == size


def layout(header: np.ndarray) -> Shapes:
    """{tensor: shape}, in the order of the file"""
    D, F, L, H, G, V, T = (abs(int(size)) for size in header)
    K = D // H
    own_head = {"wcls": (V, D)} if header[5] < 0 else {}
    return {"token_embedding_table": (V, D), "rms_att_weight": (L, D), "wq": (L, D, D),
            "wk": (L, G * K, D), "wv": (L, G * K, D), "wo": (L, D, D), "rms_ffn_weight": (L, D),
            "w1": (L, F, D), "w2": (L, D, F), "w3": (L, F, D), "rms_final_weight": (D,),
            "freq_cis_real": (T, K // 2), "freq_cis_imag": (T, K // 2), **own_head}


def read_llama2c(path: Path) -> tuple[LlamaConfig, Arrays]:
    """The config, and {tensor: array}, mapped into memory.

    Raises
    ------
    ValueError
        Where it is of another version of the format.
    """
    header = np.fromfile(path, *HEADER)
    if header[0] == NEW:
        raise ValueError(f"{path} is of version {header[1]} of llama2.c's format, and version 0 "
                         "is read here: export.py --version 0 writes it")
    D, F, L, H, G, V, T = (int(size) for size in header)
    numbers = np.asarray(np.memmap(path, "<f4", "c", header.nbytes))
    arrays, begin = {}, 0
    for name, shape in layout(header).items():
        end = begin + math.prod(shape)
        if not name.startswith("freq_cis"):
            arrays[name] = numbers[begin:end].reshape(shape)
        begin = end
    return LlamaConfig(
        vocab_size=abs(V), context_length=T, d_model=D, n_heads=H, n_kv_heads=G, head_dim=D // H,
        d_hidden=F, n_layers=L, rope_theta=10000.0, norm_eps=1e-5, rope_interleaved=True,
        tie_embeddings=V > 0), arrays


class Llama2CFormat(LlamaFormat):
    """Read only."""

    repositories = REPOSITORIES

    def place(self, name: str, config: LlamaConfig) -> Place:
        if name in NAMES:
            return Place(NAMES[name])
        _, layer, inner = name.split(".", 2)
        shape = config.parameter_shapes()[name]
        index = (int(layer), *rows(name, config, interleaved=True))
        return Place(NAMES[inner], index, whole=(config.n_layers, *shape))

    def plain(self, tensors: Arrays) -> Arrays:
        return tensors

    def has_own_head(self, tensors: Arrays) -> bool:
        return "wcls" in tensors
