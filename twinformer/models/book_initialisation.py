"""The untrained model of Raschka's "Build a Large Language Model (From
Scratch)": the weights its code has after torch.manual_seed(123), so that
every number the book prints can be printed here, by both implementations.

Weights are drawn as the layers are constructed; the order is part of the
seed. Shapes: D model width, V vocabulary.
"""
from typing import Any

import numpy as np

from .config import GPT2Config
from .torch_random import TorchRandom

__all__ = ["BOOK_CONFIG", "book_parameters"]

# GPT_CONFIG_124M of the book: no offsets in queries, keys and values, and an
# output layer of its own. Chapter 5 shortens the context to 256.
BOOK_CONFIG = GPT2Config(qkv_bias=False, tie_embeddings=False)


def book_parameters(config: GPT2Config, seed: int) -> dict[str, np.ndarray]:
    """{name: float32 array} of the book's GPTModel, new after that seed

    Token and position embedding; for each block queries, keys, values, out,
    the two layers of the feed-forward; the output layer. Norms draw nothing.

    Raises
    ------
    ValueError
        Where the config has tied embeddings, which the book's model has not.
    """
    if config.tie_embeddings:
        raise ValueError("the book's model has an output layer of its own; "
                         "expected tie_embeddings=False")
    draw = TorchRandom(seed)
    V, D = config.vocab_size, config.d_model
    parameters: dict[str, Any] = {
        "token_embedding.weight": draw.embedding(V, D),
        "position_embedding.weight": draw.embedding(config.context_length, D)}
    for layer in range(config.n_layers):
        block = new_block(draw, D, config.qkv_bias)
        parameters |= {f"blocks.{layer}.{name}": array
                       for name, array in block.items()}
    parameters |= new_norm("final_norm", D)
    parameters["head.weight"] = draw.linear(D, V)
    return parameters


def new_block(draw: TorchRandom, D: int, qkv_bias: bool):
    """One block; its three projections are one above the other here."""
    weights, biases = [], []
    for _ in ("queries", "keys", "values"):
        weights.append(draw.linear(D, D))
        if qkv_bias:
            biases.append(draw.bias(D, D))
    block = {"attention.qkv.weight": np.concatenate(weights)}  # (3 D, D)
    if qkv_bias:
        block["attention.qkv.bias"] = np.concatenate(biases)   # (3 D,)
    for name, d_in, d_out in (("attention.out", D, D),
                              ("feed_forward.up", D, 4 * D),
                              ("feed_forward.down", 4 * D, D)):
        block[f"{name}.weight"] = draw.linear(d_in, d_out)
        block[f"{name}.bias"] = draw.bias(d_in, d_out)
    return block | new_norm("norm1", D) | new_norm("norm2", D)


def new_norm(name: str, D: int):
    return {f"{name}.weight": np.ones(D, np.float32),
            f"{name}.bias": np.zeros(D, np.float32)}
