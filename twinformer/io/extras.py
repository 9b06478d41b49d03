"""Packages that only some commands need, and that not everybody installs."""
from importlib.util import find_spec

__all__ = ["needed"]


def needed(extra: str, *packages: str) -> None:
    """Say how to install what is missing, before any work is done.

    Raises
    ------
    ValueError
        Where one of these packages of ``pip install 'twinformer[extra]'`` is not installed.
    """
    missing = [package for package in packages if find_spec(package) is None]
    if missing:
        raise ValueError(f"this needs {', '.join(missing)}, which is not installed: "
                         f"pip install 'twinformer[{extra}]'")
