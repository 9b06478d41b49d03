"""What BERT's weights are called in Hugging Face's files.

    here                          Hugging Face
    token_embedding.weight        bert.embeddings.word_embeddings.weight
    blocks.0.attention.out.bias   bert.encoder.layer.0.attention.output.dense.bias
    blocks.0.attention.qkv.bias   bert.encoder.layer.0.attention.self.query.bias, key, value
    head.norm.weight              cls.predictions.transform.LayerNorm.weight

Our queries, keys and values are made by one Linear, theirs by three: in our weight they stand one
above the other. A bare model's file leaves out "bert."; the first ones, made from TensorFlow's,
have gamma and beta where a norm has its weight and bias.
"""
import re
from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np

__all__ = ["HEADS", "OF_BERT", "from_theirs", "plain_names", "their_names", "to_theirs"]

OUTER = {"token_embedding": "bert.embeddings.word_embeddings",
         "segment_embedding": "bert.embeddings.token_type_embeddings",
         "position_embedding": "bert.embeddings.position_embeddings",
         "embedding_norm": "bert.embeddings.LayerNorm",
         "pooler.dense": "bert.pooler.dense",
         "head.transform": "cls.predictions.transform.dense",
         "head.norm": "cls.predictions.transform.LayerNorm",
         "head.decoder": "cls.predictions",       # its bias; its weight is the embedding
         "next_sentence_head": "cls.seq_relationship"}
INNER = {"attention.out": ("attention.output.dense",), "norm1": ("attention.output.LayerNorm",),
         "attention.qkv": ("attention.self.query", "attention.self.key", "attention.self.value"),
         "feed_forward.up": ("intermediate.dense",), "feed_forward.down": ("output.dense",),
         "norm2": ("output.LayerNorm",)}

# What a file may be without: parameters of ours, and what they are for
HEADS = {"pooler.": "the pooler", "head.": "the head that finds hidden tokens",
         "next_sentence_head.": "the head that says whether a sentence follows"}

OF_BERT = "embeddings.token_type_embeddings.weight"     # how the files of BERTs are known
BUFFERS = ("embeddings.position_ids", "embeddings.token_type_ids")  # no weights
BEGINNING = re.compile(r"(?:^|(?<=\.))(?:embeddings|encoder\.layer\.\d+|pooler|cls)\.")
COPY = "cls.predictions.decoder."       # of the embedding and the bias, under a second name


def their_names(name: str) -> list[str]:
    """Our name -> theirs: one, or three for queries, keys and values."""
    path, _, kind = name.rpartition(".")
    if path in OUTER:
        return [f"{OUTER[path]}.{kind}"]
    _, layer, inner = path.split(".", 2)
    return [f"bert.encoder.layer.{layer}.{part}.{kind}" for part in INNER[inner]]


def from_theirs(name: str, tensors: Mapping[str, Any]) -> np.ndarray:
    """A parameter of ours, out of tensors by their plain names."""
    parts = [np.asarray(tensors[their]) for their in their_names(name)]
    return parts[0] if len(parts) == 1 else np.concatenate(parts)


def to_theirs(parameters: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """{their name: array} of {our name: array}"""
    found: dict[str, np.ndarray] = {}
    for name, array in parameters.items():
        names = their_names(name)
        found |= dict(zip(names, np.split(array, len(names))))
    return found


def plain_names(in_file: Iterable[str]) -> dict[str, str]:
    """{plain name: name in the file} of the weights.

    Without what frameworks put around a model, with "bert." in front, norms with weight and bias.
    What is no weight, or is there twice by design, is left out.

    Raises
    ------
    ValueError
        Where two tensors would have one name: two models in one file.
    """
    found: dict[str, str] = {}
    for name in in_file:
        plain = name
        if begins := BEGINNING.search(name):
            plain = name[begins.start():]
            plain = plain if plain.startswith("cls.") else f"bert.{plain}"
        plain = re.sub(r"LayerNorm\.gamma$", "LayerNorm.weight", plain)
        plain = re.sub(r"LayerNorm\.beta$", "LayerNorm.bias", plain)
        if plain.endswith(BUFFERS):
            continue
        if plain in found:
            raise ValueError(f"{found[plain]} and {name} are both {plain}: this is more than "
                             "one model")
        found[plain] = name
    if COPY + "bias" in found:
        bias = found.pop(COPY + "bias")
        found.setdefault("cls.predictions.bias", bias)
    return found
