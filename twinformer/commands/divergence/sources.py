"""A model to compare, however the user names it."""
import importlib
import inspect
import json
import re
import sys
from pathlib import Path

from ...backend import implementation, load_pretrained
from ...divergence.failures import raised
from ...divergence.subject import Subject, is_torch
from ...models.config import PRESETS
from ..opening import is_run, open_model, tokenizer_of

__all__ = ["called", "open_subject"]

FACTORY = re.compile(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*")
HUGGING_FACE = "hf:"
CONTRACT = ("named_modules", "named_parameters", "named_gradients", "zero_grad", "forward",
            "backward")


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
    if not is_run(source) and model_type(path) not in (None, "gpt2"):
        return of_transformers(source, path)
    if not is_run(source) and (path.exists() or source in PRESETS):
        return of_weights(source, path, backend)
    opened = open_model(source, backend)
    model = implementation(backend).model_of(opened.config.model, opened.parameters)
    return Subject(source, model, opened.tokenizer)


def of_weights(source: str, path: Path, backend: str) -> Subject:
    """GPT-2's weights from elsewhere; without their vocabulary they are compared all the same."""
    model = load_pretrained(source, backend=backend)
    try:
        tokenizer = tokenizer_of(path if path.is_dir() else path.parent, model.config, backend)
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


# -- factories --------------------------------------------------------------------

def of_factory(source: str, seed: int) -> Subject:
    """The model that the user's function makes, always from the same seed."""
    made = called(source, seed)
    parts = list(made) if isinstance(made, tuple | list) else [made]
    models = [part for part in parts if is_torch(part) or hasattr(part, "named_gradients")]
    if len(models) != 1:
        raise ValueError(f"{source} returned {', '.join(type(part).__name__ for part in parts)}; "
                         "expected a model, a torch.nn.Module or one with the methods of "
                         "numpy_impl.Module, and with it perhaps a tokenizer or an optimizer")
    model = models[0]
    if not is_torch(model) and (
            missing := [name for name in CONTRACT if not hasattr(model, name)]):
        raise ValueError(f"{source}: the {type(model).__name__} it returned lacks "
                         f"{', '.join(missing)} of numpy_impl.Module")
    rest = [part for part in parts if part is not model]
    optimizer = next((part for part in rest if hasattr(part, "step")), None)
    tokenizer = next((part for part in rest if hasattr(part, "encode")), None)
    return Subject(source, model, tokenizer, None if optimizer is None else lambda _: optimizer)


def called(source: str, seed: int | None = None, *arguments):
    """What a ``module:function`` of the working folder returns.

    Raises
    ------
    ValueError
        Where there is no such module or function, or it raises; the message
        has the line of the user's own file.
    """
    module_name, _, name = source.partition(":")
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    try:
        importlib.invalidate_caches()   # the file may be younger than what is known of its folder
        module = importlib.import_module(module_name)
    except ModuleNotFoundError as problem:
        if problem.name != module_name.partition(".")[0]:
            raise ValueError(f"{source}: {raised(problem)}") from problem
        raise ValueError(f"{source}: there is no module {module_name} in {here}, nor is one "
                         "installed; expected module:function") from None
    except Exception as problem:
        raise ValueError(f"{source}: {raised(problem)}") from problem
    function = getattr(module, name, None)
    if not callable(function):
        known = [other for other, value in vars(module).items()
                 if inspect.isfunction(value) and value.__module__ == module.__name__]
        raise ValueError(f"{source}: {module.__file__} has no function {name}"
                         f"; it has {', '.join(known) or 'none'}")
    try:
        if seed is not None:
            sown(seed)
        return function(*arguments)
    except Exception as problem:
        raise ValueError(f"{source}: {raised(problem)}") from problem


def sown(seed: int) -> None:
    """The same random numbers for whatever is initialised next."""
    import numpy as np

    np.random.seed(seed)
    try:
        import torch
    except ModuleNotFoundError:
        return
    torch.manual_seed(seed)


# -- transformers -----------------------------------------------------------------

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
