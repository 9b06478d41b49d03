"""What a function of the user's working folder makes: ``module:function``."""
import importlib
import inspect
import sys
from pathlib import Path

from ...divergence.failures import raised
from ...divergence.subject import Subject, is_torch

__all__ = ["called", "of_factory"]

CONTRACT = ("named_modules", "named_parameters", "named_gradients", "zero_grad", "forward",
            "backward")


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
