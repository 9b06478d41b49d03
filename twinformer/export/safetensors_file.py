"""A model of ours as one safetensors file, under the names of this project."""
from dataclasses import asdict

from ..io.paths import expanded
from ..io.safetensors_io import write_safetensors
from ..io.strict_json import json_text
from ..runs.opened_run import OpenedRun

__all__ = ["export_safetensors"]


def export_safetensors(opened: OpenedRun, file: str) -> str:
    """Write every parameter as it is; says in a line what was written.

    The names are those of ``named_parameters`` in both implementations, a
    classifier's head among them; the header has the model's config.

    Raises
    ------
    ValueError
        Where the file's name does not end in .safetensors.
    FileExistsError
        There is such a file.
    OSError
        It cannot be written.
    """
    target = expanded(file)
    if target.suffix != ".safetensors":
        raise ValueError(
            f"expected the name of a file that ends in .safetensors, got {file}")
    if target.exists():
        raise FileExistsError(
            f"{target} exists already; delete it, or choose another name")
    write_safetensors(target, opened.parameters,
                      {"kind": opened.config.model.kind,
                       "config": json_text(asdict(opened.config.model))})
    return (f"{target}: {len(opened.parameters)} arrays, "
            f"{target.stat().st_size / 1e6:.1f} MB")
