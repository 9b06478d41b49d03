"""A model to compare, however the user names it."""
import json
import re
from pathlib import Path

from ...architectures.kinds import all_presets
from ...backend import implementation, load_pretrained
from ...divergence.subject import Subject
from ...pretrained.formats.registry import FORMATS
from ...pretrained.reading import find_weights
from ...runs.run_names import is_run
from ..opening import beside, open_model, tokenizer_of
from .factories import of_factory

__all__ = ["open_subject"]

FACTORY = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")
HUGGING_FACE = "hf:"
OURS = {name for format in FORMATS.values() for name in format.model_types}


def open_subject(source: str, backend: str = "torch", seed: int = 0) -> Subject:
    """A Subject of a run, a preset, a folder or file of weights, or a factory.

    source
        ``module:function`` calls a function of the working folder, without
        arguments: it returns a model, or (model, tokenizer), (model,
        optimizer) or all three in any order. ``hf:FOLDER`` opens a folder with
        transformers; so does the folder of an architecture that is not ours.
        Anything else is what ``twinformer generate`` takes.

    Raises
    ------
    ValueError, FileNotFoundError, ConnectionError
        Where it cannot be had; the message names the source.
    """
    if source.startswith(HUGGING_FACE):
        return of_transformers(source, Path(source.removeprefix(HUGGING_FACE)).expanduser())
    if FACTORY.fullmatch(source) and not Path(source).exists():
        return of_factory(source, seed)
    path = Path(source).expanduser()
    if not is_run(path) and model_type(path) not in (None, *OURS):
        return of_transformers(source, path)
    if not is_run(path) and (path.exists() or source in all_presets()):
        return of_weights(source, path, backend)
    opened = open_model(source, backend)
    model = implementation(backend).model_of(opened.config.model, opened.parameters)
    return Subject(source, model, opened.tokenizer)


def of_weights(source: str, path: Path, backend: str) -> Subject:
    """Weights from elsewhere; without their vocabulary they are compared all the same."""
    model = load_pretrained(source, backend=backend)
    try:
        tokenizer = tokenizer_of(beside(find_weights(source), path), model.config, backend)
    except (ValueError, OSError):
        tokenizer = None
    return Subject(source, model, tokenizer)


def model_type(folder: Path) -> str | None:
    """What a folder's config.json says it is, if it is one of transformers'."""
    try:
        config = json.loads((folder / "config.json").read_text(encoding="utf-8-sig"))
    except (OSError, ValueError):
        return None
    kind = config.get("model_type") if isinstance(config, dict) else None
    return kind if isinstance(kind, str) else None


def of_transformers(source: str, folder: Path) -> Subject:
    """A causal language model as transformers opens it, from the disk alone."""
    try:
        from transformers import AutoModelForCausalLM, AutoTokenizer
    except ModuleNotFoundError:
        raise ValueError(f"{source} is opened with transformers, which is not installed: "
                         "pip install transformers") from None
    import torch
    from transformers.utils import logging

    logging.disable_progress_bar()
    if not folder.is_dir():
        raise FileNotFoundError(f"{source}: there is no folder {folder}")
    try:
        model = AutoModelForCausalLM.from_pretrained(
            folder, local_files_only=True, dtype=torch.float32)
    except Exception as problem:
        raise ValueError(f"transformers cannot open {folder}: "
                         f"{str(problem).splitlines()[0]}") from problem
    model.config.use_cache = False
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, local_files_only=True)
    except Exception:       # it has none, or none that can be read
        tokenizer = None
    return Subject(source, model, tokenizer if len(tokenizer or ()) else None)
