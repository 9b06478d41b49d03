"""All kinds that are read from GGUF files, and written, in one list."""
from typing import Any

from ....io.gguf_io import GGUFFile
from .format import GGUFFormat
from .gemma3 import GGUFGemma3
from .gpt2 import GGUFGPT2
from .gpt_oss import GGUFGptOss
from .llama import GGUFLlama
from .olmo2 import GGUFOlmo2
from .qwen3 import GGUFQwen3, GGUFQwen3MoE

__all__ = ["GGUF_FORMATS", "gguf_format"]

# of each kind: call it with a file's fields
GGUF_FORMATS: dict[str, Any] = {format.kind: format for format in (
    GGUFGPT2, GGUFLlama, GGUFQwen3, GGUFQwen3MoE, GGUFGemma3, GGUFOlmo2, GGUFGptOss)}


def gguf_format(file: GGUFFile, kind: str | None = None) -> GGUFFormat:
    """The format of what a file says it is.

    kind : what it has to be of; None = anything

    Raises
    ------
    ValueError
        For a model that there is not here, or not of that kind; for quantised tensors of a kind
        that is not read.
    """
    found = file.fields.get("general.architecture")
    formats = {each().architecture: each for each in GGUF_FORMATS.values()}
    if not isinstance(found, str) or found not in formats:
        raise ValueError(f"{file.path}: general.architecture is {found!r:.80}; this is the file "
                         f"of another model, those that can be read are {', '.join(formats)}")
    if kind not in (None, formats[found].kind):
        raise ValueError(f"{file.path} is of a {formats[found].kind}, and a {kind} is expected")
    file.check_kinds()
    return formats[found](file.fields)
