"""BERT's weights from a file and into one.

Many files lack a head: that of next sentences, or all but the bare model. What is missing begins
anew, from a seed, and a warning says so: it has to be trained before it says anything.
"""
import json
import os
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ...io.files import write_atomically
from ...io.safetensors_io import write_safetensors
from ...architectures.bert import BertConfig
from ...models.initialisation import initial_array
from ...models.parameters import check_parameters
from ...tokenizers.tokenizer import Tokenizer
from .bert_config import bert_config_json, read_bert_config
from .bert_names import COPY, HEADS, OF_BERT, from_theirs, plain_names, their_names, to_theirs
from .format import Format
from .place import Arrays, Place, Places
from .settings import Settings
from ..tokenizer_files import check_can_be_written, write_tokenizer_files

__all__ = ["BertFormat", "is_bert", "read_bert", "write_bert"]

REPOSITORIES = {"bert-tiny": "google/bert_uncased_L-2_H-128_A-2",
                "bert-base-uncased": "google-bert/bert-base-uncased",
                "bert-large-uncased": "google-bert/bert-large-uncased"}

EMBEDDING = "bert.embeddings.word_embeddings.weight"


class BertFormat(Format):
    """Of BertForPreTraining, and of files that lack a head."""

    kind = "bert"
    model_types = ("bert",)
    repositories = REPOSITORIES

    def read_config(self, settings: Settings) -> BertConfig:
        return read_bert_config(Path(settings.place))

    def config_json(self, config: BertConfig) -> dict[str, Any]:
        return json.loads(bert_config_json(config, "float32"))

    def fitted(self, path: Path, in_file: Arrays, config: BertConfig | None
               ) -> tuple[BertConfig, Places, Arrays]:
        config, parameters = read_bert(path, in_file, config)
        return config, {name: Place(name) for name in parameters}, parameters


def is_bert(in_file: Mapping[str, Any]) -> bool:
    """Whether these are the tensors of a BERT: nothing else here has segments."""
    return any(name.endswith(OF_BERT) for name in in_file)


def read_bert(path: Path, in_file: Mapping[str, Any], config: BertConfig | None = None
              ) -> tuple[BertConfig, dict[str, np.ndarray]]:
    """The config and {our name: array}, float32 or, where the file is, float64

    Parameters
    ----------
    path
        Of the weights; the config.json beside it is read where there is no config.
    in_file
        {name: tensor}, as they are in the file.

    Raises
    ------
    ValueError
        The weights are of another model, incomplete, or no numbers.
    """
    beside = path.with_name("config.json")
    if config is None and not beside.is_file():
        raise ValueError(f"{path} is of a BERT, and its tensors do not tell the number of heads: "
                         "put the model's config.json beside it, or give a BertConfig")
    config = config or read_bert_config(beside)
    try:
        names = plain_names(in_file)
    except ValueError as problem:
        raise ValueError(f"{path}: {problem}") from None
    tensors = {plain: np.asarray(in_file[name]) for plain, name in names.items()}
    check_decoder(path, tensors)
    shapes = config.parameter_shapes()
    anew = missing_heads(path, tensors, shapes)
    check_tensors(path, tensors, {name: shape for name, shape in shapes.items()
                                  if name not in anew})
    dtype = np.result_type(np.float32, *tensors.values())
    return config, {
        name: (initial_array(name, shape, 0) if name in anew
               else from_theirs(name, tensors)).astype(dtype, copy=False)
        for name, shape in shapes.items()}


def check_decoder(path: Path, tensors: dict[str, np.ndarray]) -> None:
    """Leave out the second copy of the embedding; ValueError where it is none."""
    decoder = tensors.pop(COPY + "weight", None)
    if decoder is not None and not np.array_equal(decoder, tensors.get(EMBEDDING, ())):
        raise ValueError(f"{path}: {COPY}weight is not the embedding, as it is in BERT; such a "
                         "model cannot be computed")


def missing_heads(path: Path, tensors: Mapping[str, np.ndarray], shapes) -> set[str]:
    """Our parameters of the heads of which the file has nothing; with a warning."""
    anew: set[str] = set()
    without = []
    for prefix, what in HEADS.items():
        ours = [name for name in shapes if name.startswith(prefix)]
        if not any(theirs in tensors for name in ours for theirs in their_names(name)):
            anew |= set(ours)
            without.append(what)
    if without:
        warnings.warn(f"{path} lacks {' and '.join(without)}: begun anew from a seed, to be "
                      "trained before use", stacklevel=2)
    return anew


def check_tensors(path: Path, tensors: Mapping[str, np.ndarray], shapes) -> None:
    """ValueError where tensors are missing, too many, misshapen, or no numbers."""
    expected: dict[str, tuple[int, ...]] = {}
    for name, shape in shapes.items():
        parts = their_names(name)
        expected |= dict.fromkeys(parts, (shape[0] // len(parts), *shape[1:]))
    try:
        check_parameters(expected, {name: array.shape for name, array in tensors.items()})
    except ValueError as problem:
        raise ValueError(f"{path}: {problem}") from None
    for name, array in tensors.items():
        if array.dtype.kind != "f":
            raise ValueError(f"{path}: expected floating-point weights, got {name} "
                             f"({array.dtype}); quantised files cannot be read")
        if not np.isfinite(array).all():
            raise ValueError(f"{path}: NaN or infinity among the weights, in {name}; the file is "
                             "damaged, or its training failed")


def write_bert(config: BertConfig, parameters: dict[str, np.ndarray], folder: str | os.PathLike,
               tokenizer: Tokenizer | None = None) -> None:
    """model.safetensors, config.json and the tokenizer's files, for BertForPreTraining

    Raises
    ------
    ValueError
        Where no file of transformers can give the tokenizer's ids.
    OSError
        Where the folder cannot be written, or the disk is full.
    """
    if tokenizer is not None:
        check_can_be_written(tokenizer)
    folder = Path(folder)
    write_safetensors(folder / "model.safetensors", to_theirs(parameters))
    pad = tokenizer.special_tokens.get("[PAD]") if tokenizer else None
    dtype = str(parameters["token_embedding.weight"].dtype)
    write_atomically(folder / "config.json", bert_config_json(config, dtype, pad))
    write_tokenizer_files(folder, tokenizer, config.context_length)
