"""A model to use, wherever it comes from: a run of ours, published weights, or
a folder or file as transformers, OpenAI and Meta write them."""
from dataclasses import replace
from pathlib import Path

from ..architectures.kinds import all_presets, writes
from ..backend import byte_pair_encoding, implementation, load_tokenizer

__all__ = ["beside", "open_model", "tokenizer_of"]


def open_model(source: str, backend: str, *, to_write: bool = True, classifiers: bool = False):
    """The OpenedRun of a run, or one made of weights from elsewhere.

    source : a run's name or folder, a checkpoint in it, a published size, or a
    file or folder with weights
    to_write : whether it has to be a model that goes on with a text
    classifiers : whether it may be one that tells classes; task then says how it reads

    Raises
    ------
    FileNotFoundError, ConnectionError, ValueError
        As ``open_run`` and ``load_pretrained``; where it does not write, and has to.
    """
    opened = opened_from(source, backend, classifiers)
    if to_write and not writes(opened.config.model):
        raise ValueError(
            f"the model of {source} is a {opened.config.model.kind}: it finds hidden tokens and "
            "does not write. The commands that take it are twinformer train --resume RUN and "
            "twinformer export; in Python, load_pretrained and fill_mask")
    return opened


def opened_from(source: str, backend: str, classifiers: bool = False):
    """What open_model returns, of any kind."""
    from ..io.paths import expanded
    from ..configs.run_config import RunConfig
    from ..runs.opened_run import OpenedRun, open_run
    from ..runs.run_names import RUNS, is_run, runs_there

    path, published = expanded(source), all_presets()
    for place in (path, Path(RUNS) / path):
        if is_run(place) and not (place != path and source in published):
            return open_run(place, backend, classifiers=classifiers)
    if not (path.exists() or source in published):
        raise FileNotFoundError(
            f"there is no run at {source}, nor any file or folder with weights, and no published "
            f"size is called so ({', '.join(published)}); {runs_there()}")
    from ..chat.files import template_in
    from ..pretrained.reading import IN_FOLDERS, find_weights, read_pretrained

    if path.is_dir() and not any((path / name).exists() for name in IN_FOLDERS) and not any(
            path.glob("*.gguf")):
        raise FileNotFoundError(
            f"there is no checkpoint in {path}, so it is no run's folder, or that run stopped "
            f"before its first one; nor are there weights: {', '.join(IN_FOLDERS)}, or a "
            ".gguf file")
    reader = implementation(backend).read_torch
    config, parameters = read_pretrained(source, None, reader)
    folder = beside(find_weights(source), path)
    tokenizer = tokenizer_of(folder, config, backend)
    return OpenedRun(path, 0, replace(RunConfig(), model=config), tokenizer, parameters,
                     task=template_in(folder))


def beside(weights: Path, path: Path) -> Path:
    """Where the vocabulary of weights is: their folder, or the file itself if it has all."""
    from ..io.gguf_io import is_gguf

    return weights if is_gguf(weights) else path if path.is_dir() else weights.parent


def tokenizer_of(folder: Path, config, backend: str | None = None):
    """The tokenizer that lies beside the weights; else, of a GPT-2, its own.

    folder : or the file that has both

    Raises
    ------
    ConnectionError, ValueError
        GPT-2's vocabulary cannot be had, or is not the model's.
    """
    from ..tokenizers.formats.gpt2_files import gpt2_vocabulary

    try:
        tokenizer = load_tokenizer(folder, backend)
    except FileNotFoundError:
        if config.kind != "gpt2" or config.vocab_size < 50257:
            raise ValueError(
                f"the model is a {config.kind} that knows {config.vocab_size} tokens, so they are "
                f"not GPT-2's 50257, and there is no vocabulary in {folder}; put its "
                "tokenizer.json beside the weights") from None
        tokenizer = byte_pair_encoding(backend)(*gpt2_vocabulary())
    if tokenizer.text_vocab_size > config.vocab_size:
        raise ValueError(f"the vocabulary in {folder} has {tokenizer.vocab_size} tokens, and the "
                         f"model {config.vocab_size}: they do not belong together")
    return tokenizer
