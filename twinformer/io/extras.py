"""Libraries that only some commands need, and that not everybody installs."""
from importlib import import_module
from typing import Any

__all__ = ["library"]


def library(module: str, extra: str, purpose: str) -> Any:
    """An optional library, or how to get it, before any work is done.

    Parameters
    ----------
    module
        "pyarrow.parquet", say.
    extra
        In which of the extras of pyproject.toml it is.
    purpose
        "to read Parquet files", say.

    Raises
    ------
    ValueError
        Where it is not installed.
    """
    try:
        return import_module(module)
    except ModuleNotFoundError as problem:
        raise ValueError(f"{problem.name} is needed {purpose}: "
                         f"pip install 'twinformer[{extra}]'") from None
